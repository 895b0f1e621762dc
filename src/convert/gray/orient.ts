import { type GrayPixels, type Samples, samplesLike } from '../pixel-image.ts';
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
  const frameLength = pixels.length / frames;
  for (let start = 0; start < pixels.length; start += frameLength) {
    const from = pixels.subarray(start, start + frameLength);
    const into = turned.subarray(start, start + frameLength);
    for (let y = 0; y < size.height; y += blockSide)
      turnRows(from, into, { ...walk, ...size, channels, y });
  }
  return { pixels: turned, channels, width: size.width, height: size.height * frames };
}

/** Pixels of this many rows are turned together, so that their cache lines are used while they are there. */
const blockSide = 32;

interface RowsToTurn extends Walk {
  width: number;
  height: number;
  channels: 1 | 2;
  y: number;
}

function turnRows(from: Samples, into: Samples, rows: RowsToTurn): void {
  const { width, height, channels, y, start, across, down } = rows;
  const end = Math.min(y + blockSide, height);
  const turn = channels === 1 ? turnPart : turnPartWithAlpha;
  for (let left = 0; left < width; left += blockSide) {
    const right = Math.min(left + blockSide, width);
    for (let row = y; row < end; row++) {
      const source = (start + row * down + left * across) * channels;
      turn(from, into, {
        source,
        step: across * channels,
        at: row * width + left,
        end: row * width + right,
      });
    }
  }
}

interface PartToTurn {
  source: number;
  step: number;
  /** The pixels in the turned image. */
  at: number;
  end: number;
}

function turnPart(from: Samples, into: Samples, { source, step, at, end }: PartToTurn): void {
  for (let i = at, j = source; i < end; i++, j += step) into[i] = from[j] as number;
}

function turnPartWithAlpha(
  from: Samples,
  into: Samples,
  { source, step, at, end }: PartToTurn,
): void {
  for (let i = at, j = source; i < end; i++, j += step) {
    into[2 * i] = from[j] as number;
    into[2 * i + 1] = from[j + 1] as number;
  }
}
