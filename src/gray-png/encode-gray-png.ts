import { compress, type Work } from './compress.ts';
import { withKernel } from './kernels.ts';
import { type ColourMap, loadColourMap, mapColoursAt } from './map-colours.ts';
import { packBits } from './pack-bits.ts';
import { kindsOf, type PngRows, type PngSource } from './pixel-kinds.ts';
import { createPngFile } from './png-file.ts';
import { type RawImage, rowEngine } from './row-engine.ts';

export interface GrayPng {
  bytes: Uint8Array;
  channels: 1 | 2;
  /** Milliseconds spent converting colours to gray. */
  grayMs: number;
  /** Milliseconds spent waiting for rows. */
  waitMs: number;
}

export interface GrayPngOptions {
  /** The resolution, if it is known: whole pixels per metre across and down. */
  pixelsPerMetre?: readonly [x: number, y: number] | undefined;
  /** Called repeatedly with the size of the file so far. If it throws, encoding ends. */
  onProgress?(sizeBytes: number): void;
  /** Maps RGB or RGBA with 8 bits per sample before it becomes gray. */
  colours?: ColourMap | undefined;
  /**
   * Receives the pixels that become gray, in whole rows from top to bottom, valid during the call. If it
   * is given, rows must not be wider than `maxWholePixels`. If they turn out not to be opaque, they come
   * again from y = 0.
   */
  onRows?: ((pixels: Uint8Array, y: number) => void) | undefined;
}

/**
 * Encodes pixels as a PNG with one channel, or two if there is transparency. Converts colours to
 * gray by Rec. 601, like Pillow. The same pixels always give the same bytes. If {@link hasKernel}
 * returns false, throws a `WebAssembly.CompileError`.
 */
export async function encodeGrayPng(
  source: PngSource | PngRows,
  options: GrayPngOptions = {},
): Promise<GrayPng> {
  const kinds = kindsOf(source);
  const rows = 'bands' in source ? source : rowsOf(source);
  const { colours, onRows } = options;
  return await withKernel(async (kernel) => {
    if (colours) loadColourMap(kernel, colours.sums);
    const map = colours && mapColoursAt(colours, source.channels);
    for (const kind of kinds) {
      const image = { ...rows, kind };
      const engine = rowEngine(kernel, image, { map, onRows });
      const work = { kernel, engine, grayMs: 0, waitMs: 0, isWrongKind: false };
      try {
        const png = await encodeAs(image, work, { ...options, width: source.width });
        if (png) return png;
      } finally {
        await engine.close();
      }
    }
    throw new Error('Expected a pixel kind that fits every image');
  });
}

function rowsOf({ pixels, width, height, depth }: PngSource): Omit<RawImage, 'kind'> {
  const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const isPacked = depth === 1 || depth === 2 || depth === 4;
  if (!isPacked) return { bands: () => [bytes], width, height };
  const packed = packBits({ pixels: bytes, width, height, depth });
  return { bands: () => [packed.bytes], width: packed.width, height };
}

/** Undefined if the pixels are not of the expected kind. `width` is that of the file. */
async function encodeAs(
  image: RawImage,
  work: Work,
  { width, onProgress, pixelsPerMetre }: GrayPngOptions & { width: number },
): Promise<GrayPng | undefined> {
  const { height, kind } = image;
  const file = createPngFile({ width, height, pixelsPerMetre, ...kind }, maxBytes(image));
  for await (const piece of compress(work)) {
    const sizeBytes = file.append(piece);
    onProgress?.(sizeBytes);
  }
  if (work.isWrongKind) return undefined;
  return {
    bytes: file.finish(),
    channels: kind.channels,
    grayMs: work.grayMs,
    waitMs: work.waitMs,
  };
}

/** Incompressible data are stored in blocks of 65,535 bytes, with five more for each. */
function maxBytes({ width, height, kind }: RawImage): number {
  const bytes = height * (width * kind.grayBytes + 1);
  return bytes + 5 * (Math.floor(bytes / 65_535) + 1) + 64;
}
