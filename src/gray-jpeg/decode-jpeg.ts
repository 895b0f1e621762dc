import { allocateBlocks } from './allocate-blocks.ts';
import type { JpegComponent, JpegFrame } from './jpeg-frame.ts';
import { isDecodable, readJpegHeader } from './jpeg-header.ts';
import { isComplete } from './keep-luma.ts';
import type { JpegKernel } from './kernel.ts';
import { withKernel } from './kernels.ts';
import { allocateStrips, type PixelStrips } from './pixel-strips.ts';
import { type JpegScans, type ReadOptions, readScans } from './read-scans.ts';

export interface DecodeJpegOptions extends ReadOptions {
  /** Called once, before the first rows. */
  onStart(image: { width: number; height: number; channels: 1 | 3 }): void;
  /**
   * Called with whole rows from top to bottom without padding: gray or interleaved RGB. `pixels` is
   * valid only until it returns or resolves.
   */
  onRows(pixels: Uint8Array, rows: number): void | Promise<void>;
}

export interface DecodedJpeg extends JpegScans {
  /** Whether all rows were given, and the file is neither damaged nor irregular. */
  isWhole: boolean;
}

/**
 * Decodes a JPEG to the pixels that libjpeg-turbo gives by default, bit for bit. Of a file that is not
 * decodable (see {@link isDecodable}), only the scans are read. Unless `isWhole`, the rows that were
 * given are not to be used. Throws what the callbacks throw, and `RangeError` if there is no memory for
 * the coefficients of a file with several scans.
 */
export async function decodeJpeg(
  bytes: Uint8Array,
  options: DecodeJpegOptions,
): Promise<DecodedJpeg> {
  return await withKernel((kernel) => decodeWith(kernel, bytes, options));
}

export async function decodeWith(
  kernel: JpegKernel,
  bytes: Uint8Array,
  { onStart, onRows, ...options }: DecodeJpegOptions,
): Promise<DecodedJpeg> {
  if (!isDecodable(readJpegHeader(bytes))) {
    return { ...(await readScans(kernel, bytes, options)), isWhole: false };
  }
  kernel.setCounting(0);
  let strips: PixelStrips | undefined;
  let given = 0;
  const giveStrip = (strip: number, { width, height }: JpegFrame) => {
    if (strip !== given || !strips) return undefined;
    if (strip === 0) onStart({ width, height, channels: strips.channels });
    given++;
    const { pixels, rows } = strips.rowsOf(strip);
    return onRows(pixels, rows);
  };
  let image: JpegFrame | undefined;
  const { frame, scans } = await readScans(kernel, bytes, {
    ...options,
    allocate(frame, { parts }) {
      strips = allocateStrips(kernel, frame);
      const { planes, end } = strips;
      if (frame.isProgressive || parts.length < planes.length) {
        allocateBlocks(kernel, frame, { keeps: () => 'all', start: end });
        return;
      }
      if (parts.some(({ component }) => !component.quantizer)) return;
      image = frame;
      for (const { component, at, stride } of planes) {
        component.samples = { at, stride };
        setFactors(kernel, component);
      }
    },
    onRow: (row) => (image ? giveStrip(row, image) : undefined),
  });
  if (!frame?.isRegular || !isComplete(frame, scans)) return { frame, scans, isWhole: false };
  if (strips && !image && frame.components.every(({ quantizer }) => quantizer)) {
    for (const { component } of strips.planes) setFactors(kernel, component);
    for (let strip = 0; strip < strips.count; strip++) {
      if (strip % stripsPerTurn === 0) await options.onProgress();
      transformStrip(kernel, strips, strip);
      await giveStrip(strip, frame);
    }
  }
  return { frame, scans, isWhole: given === strips?.count };
}

const stripsPerTurn = 16;

function setFactors(kernel: JpegKernel, { index, quantizer = [] }: JpegComponent): void {
  for (const [k, factor] of quantizer.entries()) kernel.setFactor(index, k, factor);
}

/** Makes the samples of a strip from coefficients that are kept. */
function transformStrip(kernel: JpegKernel, { planes }: PixelStrips, strip: number): void {
  for (const { component, blockRows, at, stride } of planes) {
    const { index, storedAcross, storedDown, marks, coefficients } = component;
    for (let i = 0; i < blockRows; i++) {
      const row = strip * blockRows + i;
      if (row >= storedDown) return;
      const first = row * storedAcross;
      kernel.transformKept(
        index,
        marks + first * 8,
        coefficients + first * 128,
        storedAcross,
        at + i * 8 * stride,
        stride,
      );
    }
  }
}
