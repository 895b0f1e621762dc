import { type OutputFormat, outputFormats } from '../formats/output-formats.ts';
import { type GrayPixels, maxOf, type PixelImage, samplesLike } from '../pixel-image.ts';
import type { Recipe } from '../recipe/recipe-options.ts';

/** Drops an alpha channel that is opaque everywhere, which halves the number of channels. */
export function dropOpaqueAlpha(image: GrayPixels): GrayPixels {
  if (image.channels === 1 || hasTransparency(image)) return image;
  const { pixels, width, height } = image;
  const gray = samplesLike(pixels, width * height);
  for (let i = 0; i < gray.length; i++) gray[i] = pixels[i * 2] as number;
  return { pixels: gray, width, height, channels: 1 };
}

/** Whether any pixel of an image is not fully opaque. */
export function hasTransparency(image: PixelImage): boolean {
  const opaque = maxOf(image.pixels);
  return hasAlpha(image, (alpha) => alpha !== opaque);
}

/** Whether any pixel is translucent, which a format with binary alpha cannot hold. */
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

/** How to treat transparency, as the recipe asks and the output allows. */
interface AlphaPolicy {
  alpha: Recipe['alpha'];
  background: string;
  format: OutputFormat;
}

/**
 * Keeps, drops or flattens transparency before colours become gray, so that the gray is that of the
 * flattened image.
 */
export function applyAlphaPolicy(image: PixelImage, policy: AlphaPolicy): PixelImage {
  const canKeep = outputFormats[policy.format].alpha !== 'none';
  const isOpaque = image.channels % 2 === 1;
  if (isOpaque || (policy.alpha === 'keep' && canKeep)) return image;
  return policy.alpha === 'drop' ? dropAlpha(image) : flatten(image, policy.background);
}

/**
 * Blends with a background given as `#rrggbb`, rounding half up. Gray becomes RGB, because the
 * background may be coloured.
 */
function flatten(image: PixelImage, background: string): PixelImage {
  const max = maxOf(image.pixels);
  const below = [1, 3, 5].map(
    (at) => (Number.parseInt(background.slice(at, at + 2), 16) * max) / 255,
  );
  return withoutAlpha(image, 3, (value, alpha, channel) =>
    Math.floor((value * alpha + (below[channel] as number) * (max - alpha)) / max + 0.5),
  );
}

/** Keeps the colours as stored, including those of transparent pixels. */
function dropAlpha(image: PixelImage): PixelImage {
  return withoutAlpha(image, image.channels === 2 ? 1 : 3, (value) => value);
}

function withoutAlpha(
  { pixels, width, height, channels }: PixelImage,
  colours: 1 | 3,
  sample: (value: number, alpha: number, channel: number) => number,
): PixelImage {
  const result = samplesLike(pixels, width * height * colours);
  // A gray sample serves as all three colours.
  const step = channels === 2 ? 0 : 1;
  for (let i = 0, at = 0; i < result.length; i += colours, at += channels) {
    const alpha = pixels[at + channels - 1] as number;
    for (let channel = 0; channel < colours; channel++) {
      result[i + channel] = sample(pixels[at + channel * step] as number, alpha, channel);
    }
  }
  return { pixels: result, width, height, channels: colours };
}
