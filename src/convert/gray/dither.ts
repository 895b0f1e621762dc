import type { Samples } from '../pixel-image.ts';

/** Tables for the values from -`margin` to white + `margin`. */
export interface Levels {
  /** The nearest gray, as an 8-bit sample. */
  nearest: Uint8Array;
  /** The value minus that gray. */
  errors: Int32Array;
  /** Seven times the error. */
  sevenErrors: Int32Array;
  /** Half of the distance between two grays, rounded down: the largest possible error. */
  margin: number;
}

interface Frame {
  from: Samples;
  into: Uint8Array;
  width: number;
}

/**
 * Floyd and Steinberg, “An Adaptive Algorithm for Spatial Greyscale” (1976): 7/16 of a pixel’s error
 * go to the right, and 3, 5 and 1 to the three pixels below. Rows run from left to right. The spread
 * errors of a pixel are added up and then rounded to an integer, halves up. Nothing needs to be
 * clipped: the weights add up to 1, so the sum is never larger than the largest error.
 */
export function spreadErrors({ from, into, width }: Frame, levels: Levels): void {
  // Each pixel starts at the margin, plus a half to round.
  const start = 16 * levels.margin + 8;
  const carried = new Int32Array(width + 1).fill(start);
  for (let at = 0; at < into.length; at += width) {
    const row = { from: from.subarray(at, at + width), into: into.subarray(at, at + width) };
    ditherRow(row, levels, { carried, start });
  }
}

/** `start` plus the sixteenths that the row above spread; index x + 1 is the pixel x. */
interface Carried {
  carried: Int32Array;
  start: number;
}

/**
 * A function for each row, because V8 optimizes functions that are called often. Each pixel has to wait
 * for the error on its left. That error is therefore looked up, and all others are added before.
 */
function ditherRow(
  { from, into }: Omit<Frame, 'width'>,
  { nearest, errors, sevenErrors }: Levels,
  { carried, start }: Carried,
): void {
  const width = into.length;
  let toRight = 0;
  let belowLeft = start;
  let below = start;
  for (let x = 0; x < width; x++) {
    const index = (((from[x] as number) << 4) + (carried[x + 1] as number) + toRight) >> 4;
    toRight = sevenErrors[index] as number;
    into[x] = nearest[index] as number;
    const error = errors[index] as number;
    carried[x] = belowLeft + 3 * error;
    belowLeft = below + 5 * error;
    below = start + error;
  }
  carried[width] = belowLeft;
}
