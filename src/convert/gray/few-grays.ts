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
  const frameRows = height / frames;
  let errors = noErrors(levels, width);
  // Functions of a row, because V8 optimizes what is called often.
  for (let y = 0; y < height; y++) {
    const from = pixels.subarray(y * width, (y + 1) * width);
    const into = grays.subarray(y * width, (y + 1) * width);
    if (y % frameRows === 0) errors = noErrors(levels, width);
    if (dither === 'none') roundRow(from, into, levels);
    else ditherRow(from, into, levels, errors);
  }
  return { pixels: grays, width, height, channels: 1 };
}

/** Tables for the values from -`margin` to white + `margin`. */
interface Levels {
  /** The nearest gray, as an 8-bit sample. */
  nearest: Uint8Array;
  /** What the value has more than that gray. */
  errors: Int32Array;
  /** Seven times the same. */
  sevenErrors: Int32Array;
  /** Half of the distance between two grays, rounded down: the largest possible error. */
  margin: number;
}

/** The distance between two grays is odd, so no value is halfway between them. */
function levelsOf(depth: FewGrays['depth'], max: number): Levels {
  const steps = 2 ** depth - 1;
  const distance = max / steps;
  const margin = (distance - 1) / 2;
  const nearest = new Uint8Array(max + 2 * margin + 1);
  const errors = new Int32Array(nearest.length);
  for (let i = 0; i < nearest.length; i++) {
    const level = Math.floor(i / distance);
    nearest[i] = level * (255 / steps);
    errors[i] = i - margin - level * distance;
  }
  return { nearest, errors, sevenErrors: errors.map((error) => 7 * error), margin };
}

function roundRow(from: Samples, into: Uint8Array, { nearest, margin }: Levels): void {
  for (let i = 0; i < into.length; i++) into[i] = nearest[(from[i] as number) + margin] as number;
}

/** The errors that the row above spread to each pixel, in sixteenths, on top of `start`. */
function noErrors({ margin }: Levels, width: number): { carried: Int32Array; start: number } {
  // Each pixel starts at the margin, plus a half to round.
  const start = 16 * margin + 8;
  return { carried: new Int32Array(width).fill(start), start };
}

/**
 * Floyd and Steinberg, “An Adaptive Algorithm for Spatial Greyscale” (1976): 7/16 of a pixel’s error
 * go to the right, and 3, 5 and 1 to the three pixels below. Rows run from left to right. The spread
 * errors of a pixel are added up and then rounded to an integer, halves up. Nothing needs to be
 * clipped: the weights add up to 1, so the sum is never larger than the largest error.
 *
 * A pixel waits for the error on its left, so that is in a table, and the rest is added before.
 */
function ditherRow(
  from: Samples,
  into: Uint8Array,
  { nearest, errors, sevenErrors }: Levels,
  { carried, start }: ReturnType<typeof noErrors>,
): void {
  let toRight = 0;
  let belowLeft = start;
  let below = start;
  for (let x = 0; x < into.length; x++) {
    const index = (((from[x] as number) << 4) + (carried[x] as number) + toRight) >> 4;
    toRight = sevenErrors[index] as number;
    into[x] = nearest[index] as number;
    const error = errors[index] as number;
    if (x > 0) carried[x - 1] = belowLeft + 3 * error;
    belowLeft = below + 5 * error;
    below = start + error;
  }
  carried[into.length - 1] = belowLeft;
}
