import { tiffDirectories } from '../formats/tiff-layout.ts';
import type { PixelImage, Samples } from '../pixel-image.ts';

/** Samples of a TIFF after its colours: TIFF 6.0, section 18. */
export interface ExtraSamples {
  count: number;
  /** Which of them is opacity, if any: the others are selections, infrared and the like. */
  alphaAt?: number;
}

const extraSamplesTag = 338;
/** Associated and unassociated alpha; 0 means that nothing is known. */
const alphaKinds = [1, 2];

/** Undefined if the file does not say what its extra samples are: a single one is then alpha. */
export function extraSamplesOf(tiff: Uint8Array): ExtraSamples | undefined {
  const [first] = tiffDirectories(tiff);
  const kinds = first?.numbers(extraSamplesTag) ?? [];
  if (kinds.length === 0) return undefined;
  const alphaAt = kinds.findIndex((kind) => alphaKinds.includes(kind));
  return { count: kinds.length, ...(alphaAt >= 0 && { alphaAt }) };
}

/** Keeps colours and alpha, in place. Decoders may have dropped the extra samples already. */
export function withoutExtra<Image extends PixelImage>(
  image: Image,
  { count, alphaAt }: ExtraSamples,
): Image {
  const stored: number = image.channels;
  const colours = stored - count;
  const alpha = alphaAt === undefined ? [] : [colours + alphaAt];
  const kept = [...Array.from({ length: colours }, (_, i) => i), ...alpha];
  if (colours < 1 || kept.length === stored) return image;
  const { width, height, pixels } = image;
  pickSamples(pixels, stored, kept);
  const channels = kept.length as PixelImage['channels'];
  return { ...image, pixels: pixels.subarray(0, width * height * channels), channels };
}

function pickSamples(pixels: Samples, stored: number, kept: readonly number[]): void {
  for (let from = 0, to = 0; from < pixels.length; from += stored) {
    for (const channel of kept) pixels[to++] = pixels[from + channel] as number;
  }
}
