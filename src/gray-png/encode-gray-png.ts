import { chooseWay } from './choose-way.ts';
import { compress, type WayName, type Work } from './compress.ts';
import { withKernel } from './kernels.ts';
import { kindsOf, type PngSource } from './pixel-kinds.ts';
import { createPngFile } from './png-file.ts';
import { type Picture, rowEngine } from './row-engine.ts';

export interface GrayPng {
  bytes: Uint8Array;
  channels: 1 | 2;
  /** Time that went into making gray of colours. */
  grayMs: number;
}

export interface EncodeChoices {
  /** Told again and again how large the file is by then. What it throws ends the work. */
  onProgress?(sizeBytes: number): void;
  /** For tests and measurements; else the best is chosen. */
  way?: WayName;
}

/**
 * Pixels as a PNG of one channel, or of two where an alpha says something. Colours become gray by
 * Rec. 601, as in Pillow. The same pixels always give the same bytes. Where {@link hasKernel} is
 * false, it throws a `WebAssembly.CompileError`.
 */
export async function encodeGrayPng(
  source: PngSource,
  choices: EncodeChoices = {},
): Promise<GrayPng> {
  const { pixels, width, height } = source;
  const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  return await withKernel(async (kernel) => {
    for (const kind of kindsOf(source)) {
      const picture = { bytes, width, height, kind };
      const work = { kernel, engine: rowEngine(kernel, picture), grayMs: 0, isMistaken: false };
      const png = await encodeAs(picture, work, choices);
      if (png) return png;
    }
    throw new Error('Expected a kind of pixels that is true of any picture');
  });
}

/** Undefined where the pixels are not of the kind that the picture says. */
async function encodeAs(
  picture: Picture,
  work: Work,
  { way, onProgress }: EncodeChoices,
): Promise<GrayPng | undefined> {
  const { width, height, kind } = picture;
  const tiles = work.engine.tiles();
  const chosen = way ?? (await chooseWay(work));
  const file = createPngFile({ width, height, ...kind }, mostBytes(picture));
  for await (const piece of compress(work, tiles, chosen)) {
    const sizeBytes = file.append(piece);
    onProgress?.(sizeBytes);
  }
  if (work.isMistaken) return undefined;
  return { bytes: file.finish(), channels: kind.channels, grayMs: work.grayMs };
}

/**
 * What no way exceeds: our own deflate stores what it cannot compress, but zlib may no longer have
 * it at hand, and promises no more than this (`deflateBound` in its deflate.c).
 */
function mostBytes({ width, height, kind }: Picture): number {
  const bytes = height * (width * kind.grayBytes + 1);
  return bytes + Math.ceil(bytes / 8) + Math.ceil(bytes / 64) + 64;
}
