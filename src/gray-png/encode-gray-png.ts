import { compress, type Work } from './compress.ts';
import { withKernel } from './kernels.ts';
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
  const { pixels, width, height } = source;
  const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  return await withKernel(async (kernel) => {
    for (const kind of kindsOf(source)) {
      const image = { bytes, width, height, kind };
      const work = { kernel, engine: rowEngine(kernel, image), grayMs: 0, isWrongKind: false };
      const png = await encodeAs(image, work, options);
      if (png) return png;
    }
    throw new Error('Expected a pixel kind that fits every image');
  });
}

/** Undefined if the pixels are not of the expected kind. */
async function encodeAs(
  image: RawImage,
  work: Work,
  { onProgress, pixelsPerMetre }: GrayPngOptions,
): Promise<GrayPng | undefined> {
  const { width, height, kind } = image;
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
