import type { GrayPixels } from './pixel-image.ts';

/** An alpha that hides nothing says nothing: without it the same image takes half the channels. */
export function dropOpaqueAlpha(image: GrayPixels): GrayPixels {
  if (image.channels === 1 || hasTransparency(image.pixels)) return image;
  return withoutAlpha(image, (gray) => gray);
}

/** On white, as paper and most pages are; rounded half up. On black, a dark logo would vanish. */
export function flattenOnWhite(image: GrayPixels): GrayPixels {
  if (image.channels === 1) return image;
  return withoutAlpha(image, (gray, alpha) =>
    Math.floor((gray * alpha + 255 * (255 - alpha) + 127) / 255),
  );
}

function hasTransparency(grayAlpha: Uint8Array): boolean {
  for (let i = 1; i < grayAlpha.length; i += 2) {
    if (grayAlpha[i] !== 255) return true;
  }
  return false;
}

function withoutAlpha(
  { pixels, width, height }: GrayPixels,
  merge: (gray: number, alpha: number) => number,
): GrayPixels {
  const gray = new Uint8Array(width * height);
  for (let i = 0, j = 0; i < gray.length; i++, j += 2) {
    gray[i] = merge(pixels[j] as number, pixels[j + 1] as number);
  }
  return { pixels: gray, width, height, channels: 1 };
}
