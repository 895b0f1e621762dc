import { ConversionError } from '../errors.ts';
import { type GrayPixels, maxOf, type PixelImage, type Samples } from '../pixel-image.ts';
import type { Recipe } from '../recipe/recipe-options.ts';
import { hasTransparency } from './alpha.ts';

interface FewGrays {
  depth: 1 | 2 | 4;
  dither: Recipe['dither'];
  /** Frames stacked vertically. No error is spread from one to the next. */
  frames: number;
}

/** Throws `ConversionError` for transparency, which a few bits of gray cannot hold. */
export function checkOpaque(image: PixelImage, depth: number): void {
  if (!hasTransparency(image)) return;
  throw new ConversionError(
    'UNSUPPORTED_DEPTH',
    `Expected an opaque image for depth (GRAY_DEPTH) ${depth} but some pixels are transparent. Choose flatten for alpha (GRAY_ALPHA), or depth 8.`,
  );
}

/**
 * Reduces opaque gray to 2, 4 or 16 evenly spaced grays from black to white, stored as 8-bit samples.
 */
export function toFewGrays(
  { pixels, width, height }: GrayPixels,
  { depth, dither, frames }: FewGrays,
): GrayPixels {
  const grays = new Uint8Array(pixels.length);
  const levels = levelsOf(depth, maxOf(pixels));
  const frameLength = pixels.length / frames;
  for (let start = 0; start < pixels.length; start += frameLength) {
    const from = pixels.subarray(start, start + frameLength);
    const into = grays.subarray(start, start + frameLength);
    if (dither === 'none') roundAll(from, into, levels);
    else spreadErrors(from, into, { ...levels, width });
  }
  return { pixels: grays, width, height, channels: 1 };
}

interface Levels {
  /** The nearest gray of each value from -`margin` to white + `margin`, as an 8-bit sample. */
  nearest: Uint8Array;
  /** Half of the distance between two grays, rounded down: the largest possible error. */
  margin: number;
  /** The value of an 8-bit sample of 1. */
  scale: number;
}

/** The distance between two grays is odd, so no value is halfway between them. */
function levelsOf(depth: FewGrays['depth'], max: number): Levels {
  const steps = 2 ** depth - 1;
  const margin = Math.floor(max / steps / 2);
  const nearest = Uint8Array.from(
    { length: max + 2 * margin + 1 },
    (_, value) => Math.floor(value / (max / steps)) * (255 / steps),
  );
  return { nearest, margin, scale: max / 255 };
}

function roundAll(from: Samples, into: Uint8Array, { nearest, margin }: Levels): void {
  for (let i = 0; i < into.length; i++) into[i] = nearest[(from[i] as number) + margin] as number;
}

/**
 * Floyd and Steinberg, “An Adaptive Algorithm for Spatial Greyscale” (1976): 7/16 of a pixel’s error
 * go to the right, and 3, 5 and 1 to the three pixels below. Rows run from left to right. The spread
 * errors of a pixel are added up and then rounded to an integer, halves up. Nothing needs to be
 * clipped: the weights add up to 1, so the sum is never larger than the largest error.
 */
function spreadErrors(
  from: Samples,
  into: Uint8Array,
  { nearest, margin, scale, width }: Levels & { width: number },
): void {
  // Sixteenths of the errors for each pixel of the row; those for the next row replace them.
  const carried = new Int32Array(width + 1);
  for (let row = 0; row < into.length; row += width) {
    let toRight = 0;
    let belowLeft = 0;
    let below = 0;
    for (let x = 0; x < width; x++) {
      const sum = (carried[x] as number) + toRight;
      const value = (from[row + x] as number) + ((sum + 8) >> 4);
      const gray = nearest[value + margin] as number;
      into[row + x] = gray;
      const error = value - gray * scale;
      toRight = 7 * error;
      if (x > 0) carried[x - 1] = belowLeft + 3 * error;
      belowLeft = below + 5 * error;
      below = error;
    }
    carried[width - 1] = belowLeft;
  }
}
