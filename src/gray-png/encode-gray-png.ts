import { compress, type Work } from './compress.ts';
import { withKernel } from './kernels.ts';
import { packBits } from './pack-bits.ts';
import { kindsOf, type PngSource } from './pixel-kinds.ts';
import { createPngFile } from './png-file.ts';
import { type RawImage, rowEngine } from './row-engine.ts';

export interface GrayPng {
  bytes: Uint8Array;
  channels: 1 | 2;
  /** Milliseconds spent converting colours to gray. */
  grayMs: number;
}

export interface GrayPngOptions {
  /** The resolution, if it is known: whole pixels per metre across and down. */
  pixelsPerMetre?: readonly [x: number, y: number] | undefined;
  /** Called repeatedly with the size of the file so far. If it throws, encoding ends. */
  onProgress?(sizeBytes: number): void;
}

/**
 * Encodes pixels as a PNG with one channel, or two if there is transparency. Converts colours to
 * gray by Rec. 601, like Pillow. The same pixels always give the same bytes. If {@link hasKernel}
 * returns false, throws a `WebAssembly.CompileError`.
 */
export async function encodeGrayPng(
  source: PngSource,
  options: GrayPngOptions = {},
): Promise<GrayPng> {
  const kinds = kindsOf(source);
  const rows = rowsOf(source);
  return await withKernel(async (kernel) => {
    for (const kind of kinds) {
      const image = { ...rows, kind };
      const work = { kernel, engine: rowEngine(kernel, image), grayMs: 0, isWrongKind: false };
      const png = await encodeAs(image, work, { ...options, width: source.width });
      if (png) return png;
    }
    throw new Error('Expected a pixel kind that fits every image');
  });
}

function rowsOf({ pixels, width, height, depth }: PngSource): Omit<RawImage, 'kind'> {
  const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const isPacked = depth === 1 || depth === 2 || depth === 4;
  return isPacked ? packBits({ pixels: bytes, width, height, depth }) : { bytes, width, height };
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
  return { bytes: file.finish(), channels: kind.channels, grayMs: work.grayMs };
}

/** Incompressible data are stored in blocks of 65,535 bytes, with five more for each. */
function maxBytes({ width, height, kind }: RawImage): number {
  const bytes = height * (width * kind.grayBytes + 1);
  return bytes + 5 * (Math.floor(bytes / 65_535) + 1) + 64;
}
