import { compress, type Work } from './compress.ts';
import type { PngRows, PngSource } from './pixel-kinds.ts';
import { createPngFile } from './png-file.ts';
import type { RawImage } from './row-engine.ts';
import { type RowHooks, withRowEngine } from './with-row-engine.ts';

export interface GrayPng {
  bytes: Uint8Array;
  channels: 1 | 2;
  /** Milliseconds spent converting colours to gray. */
  grayMs: number;
  /** Milliseconds spent waiting for rows. */
  waitMs: number;
}

export interface GrayPngOptions extends RowHooks {
  /** The resolution, if it is known: whole pixels per metre across and down. */
  pixelsPerMetre?: readonly [x: number, y: number] | undefined;
  /** Called repeatedly with the size of the file so far. If it throws, encoding ends. */
  onProgress?(sizeBytes: number): void;
}

/**
 * Encodes pixels as a PNG with one channel, or two if there is transparency. Converts colours to
 * gray by Rec. 601, like Pillow. The same pixels always give the same bytes.
 */
export async function encodeGrayPng(
  source: PngSource | PngRows,
  options: GrayPngOptions = {},
): Promise<GrayPng> {
  return await withRowEngine(source, options, async ({ kernel, engine, image }) => {
    const work = { kernel, engine, isWrongKind: false };
    return await encodeAs(image, work, { ...options, width: source.width });
  });
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
  return { bytes: file.finish(), channels: kind.channels, ...work.engine.times };
}

/** Incompressible data are stored in blocks of 65,535 bytes, with five more for each. */
function maxBytes({ width, height, kind }: RawImage): number {
  const bytes = height * (width * kind.grayBytes + 1);
  return bytes + 5 * (Math.floor(bytes / 65_535) + 1) + 64;
}
