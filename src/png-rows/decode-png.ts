import { inflateStatus, type PngKernel } from './kernel.ts';
import { withKernel } from './kernels.ts';
import { imageData, readPngFile } from './png-file.ts';
import { type RowFormat, rowFormatOf } from './row-format.ts';

export interface DecodeOptions {
  /** Larger images are not decoded. */
  maxPixels: number;
  /** Called between parts of the data; may throw, and may wait. */
  onProgress(): void | Promise<void>;
  /** Called once, before the first rows. */
  onStart(image: PngImage): void;
  /**
   * Called for all rows from top to bottom, without gaps between them; 16-bit samples are little-endian.
   * `pixels` is valid until the call, or the promise that it returns, has ended.
   */
  onRows(pixels: Uint8Array | Uint16Array, rows: number): void | Promise<void>;
}

export interface PngImage {
  width: number;
  height: number;
  /** Gray, RGB or RGBA. */
  channels: 1 | 2 | 3 | 4;
  /** Bits per sample. */
  depth: 8 | 16;
}

/**
 * Decodes a PNG strip by strip. Gray below 8 bits becomes 8 bits, a palette becomes RGB or RGBA, and
 * gray with alpha becomes RGBA. Returns false if the file is damaged in any way, is interlaced,
 * declares one colour transparent, or has rows of more than 256 KiB; rows that were passed on before
 * must then be dropped. Throws only what the callbacks throw.
 */
export async function decodePng(bytes: Uint8Array, options: DecodeOptions): Promise<boolean> {
  const file = readPngFile(bytes);
  const format = file && rowFormatOf(file);
  if (!file || !format || file.width * file.height > options.maxPixels) return false;
  const source = { bytes, dataStart: file.dataStart };
  const image = { width: file.width, height: file.height, format };
  return await withKernel((kernel) => decodeRows(kernel, source, { ...image, ...options }));
}

interface Source {
  bytes: Uint8Array;
  dataStart: number;
}

interface RowOptions extends DecodeOptions {
  width: number;
  height: number;
  format: RowFormat;
}

async function decodeRows(
  kernel: PngKernel,
  source: Source,
  { width, height, format, ...options }: RowOptions,
): Promise<boolean> {
  const { channels, depth, rowBytes } = format;
  const outputBytes = (width * channels * depth) / 8;
  if (rowBytes + 1 > kernel.maxRowBytes || outputBytes > kernel.pixelBytes) return false;
  const maxRows = Math.max(
    1,
    Math.min(
      Math.floor(kernel.stripBytes / (rowBytes + 1)),
      Math.floor(kernel.pixelBytes / outputBytes),
    ),
  );
  kernel.beginInflate();
  kernel.beginRows(rowBytes, format.step);
  const feed = feeder(kernel, source);
  const inflate = async (run: () => number) => {
    for (;;) {
      const status = run();
      if (status !== inflateStatus.needsSource) return status;
      feed();
      await options.onProgress();
    }
  };
  options.onStart({ width, height, channels, depth });
  for (let y = 0; y < height; y += maxRows) {
    const rows = Math.min(maxRows, height - y);
    const stripBytes = rows * (rowBytes + 1);
    const status = await inflate(() => kernel.inflateStrip(stripBytes));
    if (status !== inflateStatus.isFull || !kernel.unfilterRows(rows)) return false;
    kernel.nextStrip(stripBytes);
    if (format.expand?.(kernel, rows) === 0) return false;
    await options.onRows(pixelsIn(kernel, format, rows * outputBytes), rows);
    await options.onProgress();
  }
  return (await inflate(() => kernel.finishInflate())) === inflateStatus.hasEnded;
}

function pixelsIn(
  { memory, rows, pixels }: PngKernel,
  { depth, expand }: RowFormat,
  sizeBytes: number,
): Uint8Array | Uint16Array {
  const at = expand ? pixels : rows;
  return depth === 16
    ? new Uint16Array(memory.buffer, at, sizeBytes / 2)
    : new Uint8Array(memory.buffer, at, sizeBytes);
}

/** Returns a function that gives the kernel the next part of the compressed data. */
function feeder(kernel: PngKernel, { bytes, dataStart }: Source): () => void {
  const heap = new Uint8Array(kernel.memory.buffer);
  const parts = imageData(bytes, dataStart);
  let part = parts.next();
  let used = 0;
  return () => {
    let at = kernel.makeRoom();
    while (!part.done) {
      const fitting = part.value.subarray(used, used + kernel.sourceEnd - at);
      heap.set(fitting, at);
      at += fitting.length;
      used += fitting.length;
      if (used < part.value.length) break;
      part = parts.next();
      used = 0;
    }
    kernel.addSource(at, part.done === true);
  };
}
