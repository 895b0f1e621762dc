import { type OutputFormat, outputFormats } from '../formats/output-formats.ts';
import { type GrayPixels, maxOf, type PixelImage, samplesLike } from '../pixel-image.ts';
import type { Recipe } from '../recipe/recipe-options.ts';

/** An alpha that hides nothing says nothing: without it the same image takes half the channels. */
export function dropOpaqueAlpha(image: GrayPixels): GrayPixels {
  if (image.channels === 1 || hasTransparency(image)) return image;
  const { pixels, width, height } = image;
  const gray = samplesLike(pixels, width * height);
  for (let i = 0; i < gray.length; i++) gray[i] = pixels[i * 2] as number;
  return { pixels: gray, width, height, channels: 1 };
}

/** Whether an image with alpha hides anything. */
export function hasTransparency(image: PixelImage): boolean {
  const opaque = maxOf(image.pixels);
  return hasAlpha(image, (alpha) => alpha !== opaque);
}

/** Whether anything shows in part, which a format with binary alpha cannot hold. */
export function hasTranslucency(image: PixelImage): boolean {
  const opaque = maxOf(image.pixels);
  return hasAlpha(image, (alpha) => alpha !== opaque && alpha !== 0);
}

function hasAlpha({ pixels, channels }: PixelImage, test: (alpha: number) => boolean): boolean {
  if (channels % 2 === 1) return false;
  for (let i = channels - 1; i < pixels.length; i += channels) {
    if (test(pixels[i] as number)) return true;
  }
  return false;
}

/** What is left of the transparency, by the recipe and by what the output can hold. */
interface AlphaPolicy {
  alpha: Recipe['alpha'];
  background: string;
  format: OutputFormat;
}

/**
 * Transparency kept, dropped or flattened, before the colours become gray: the gray is then that of
 * the flattened picture.
 */
export function settleAlpha(image: PixelImage, policy: AlphaPolicy): PixelImage {
  const canKeep = outputFormats[policy.format].alpha !== 'none';
  const isOpaque = image.channels % 2 === 1;
  if (isOpaque || (policy.alpha === 'keep' && canKeep)) return image;
  return policy.alpha === 'drop' ? dropAlpha(image) : flatten(image, policy.background);
}

/** On a background as `#rrggbb`, rounded half up. Gray gets its colours from the background. */
function flatten(image: PixelImage, background: string): PixelImage {
  const max = maxOf(image.pixels);
  const below = [1, 3, 5].map(
    (at) => (Number.parseInt(background.slice(at, at + 2), 16) * max) / 255,
  );
  return withoutAlpha(image, 3, (value, alpha, channel) =>
    Math.floor((value * alpha + (below[channel] as number) * (max - alpha)) / max + 0.5),
  );
}

/** The colours as they are stored below the transparency. */
function dropAlpha(image: PixelImage): PixelImage {
  return withoutAlpha(image, image.channels === 2 ? 1 : 3, (value) => value);
}

function withoutAlpha(
  { pixels, width, height, channels }: PixelImage,
  colours: 1 | 3,
  sample: (value: number, alpha: number, channel: number) => number,
): PixelImage {
  const settled = samplesLike(pixels, width * height * colours);
  // Gray is each of the colours.
  const step = channels === 2 ? 0 : 1;
  for (let i = 0, at = 0; i < settled.length; i += colours, at += channels) {
    const alpha = pixels[at + channels - 1] as number;
    for (let channel = 0; channel < colours; channel++) {
      settled[i + channel] = sample(pixels[at + channel * step] as number, alpha, channel);
    }
  }
  return { pixels: settled, width, height, channels: colours };
}
