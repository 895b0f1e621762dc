import { type GrayPixels, samplesLike } from '../pixel-image.ts';
import type { Recipe } from '../recipe/recipe-options.ts';

interface Walk {
  /** Index of the stored pixel that comes first in the upright image. */
  start: number;
  /** Step to the pixel on the right; `down` is the step to the pixel below. */
  across: number;
  down: number;
}

/** How to read a stored frame of w by h upright, by EXIF orientation: EXIF 2.32, 4.6.5.1. */
const walks: Record<number, (w: number, h: number) => Walk> = {
  2: (w) => ({ start: w - 1, across: -1, down: w }),
  3: (w, h) => ({ start: w * h - 1, across: -1, down: -w }),
  4: (w, h) => ({ start: w * (h - 1), across: 1, down: -w }),
  5: (w) => ({ start: 0, across: w, down: 1 }),
  6: (w, h) => ({ start: w * (h - 1), across: -w, down: 1 }),
  7: (w, h) => ({ start: w * h - 1, across: -w, down: -1 }),
  8: (w) => ({ start: w - 1, across: w, down: -1 }),
};

/** The orientation to apply. Pillow turns only TIFFs upright. */
export function orientationToApply({
  recipe: { orientation, compat },
  file,
}: {
  recipe: Recipe;
  file: { image: { format: string; orientation?: number } };
}): number | undefined {
  const isApplied =
    orientation === 'apply' || (compat === 'pillow' && file.image.format === 'tiff');
  return isApplied ? file.image.orientation : undefined;
}

/** Whether an EXIF orientation swaps width and height. */
export function isQuarterTurn(orientation = 1): boolean {
  return orientation > 4;
}

/** Whether an EXIF orientation is other than upright. */
export function isReoriented(orientation = 1): boolean {
  return orientation in walks;
}

/**
 * Turns every frame upright. It runs on gray, a third of the samples, and not in libvips, which
 * does not rotate animations and needs the whole image in memory as well.
 */
export function orient(image: GrayPixels, orientation = 1, frames = 1): GrayPixels {
  const { pixels, width, channels } = image;
  const height = image.height / frames;
  const walk = walks[orientation]?.(width, height);
  if (!walk) return image;
  const turned = samplesLike(pixels, pixels.length);
  const size = isQuarterTurn(orientation) ? { width: height, height: width } : { width, height };
  for (let frame = 0, at = 0; frame < frames; frame++) {
    const start = frame * width * height + walk.start;
    for (let y = 0; y < size.height; y++) {
      for (let x = 0, from = start + y * walk.down; x < size.width; x++, from += walk.across) {
        turned[at++] = pixels[from * channels] as number;
        if (channels === 2) turned[at++] = pixels[from * 2 + 1] as number;
      }
    }
  }
  return { pixels: turned, channels, width: size.width, height: size.height * frames };
}
