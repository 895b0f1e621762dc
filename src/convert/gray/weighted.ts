/** Returns the gray of one colour; all four values have the same scale. */
export interface ToGray {
  (red: number, green: number, blue: number): number;
  /** The same as a sum of one part per channel, for methods that have it. */
  sums?(): GraySums;
  /** It is the largest channel, or the mean of the largest and the smallest. */
  extremes?: 'largest' | 'mean';
}

/** Gray as a sum of parts, where 1 is white. */
export interface GraySums {
  /** For red, green and blue: the part of each value. */
  parts: readonly [Float64Array, Float64Array, Float64Array];
  /** The lowest sum of each gray, and infinity. */
  borders: Float64Array;
}

/** Weights of red, green and blue: integers with a positive sum. */
export type Weights = readonly [red: number, green: number, blue: number];

/**
 * The weighted mean of encoded values from 0 to `max`, rounded half up. Integer arithmetic is exact
 * and preserves neutral colours; see parseMix for the maximum weights.
 */
export function weighted([red, green, blue]: Weights, max: number): ToGray {
  const sum = red + green + blue;
  const toGray = (r: number, g: number, b: number) => {
    const gray = Math.floor((r * red + g * green + b * blue) / sum + 0.5);
    return gray < 0 ? 0 : gray > max ? max : gray;
  };
  const part = (weight: number) =>
    Float64Array.from({ length: max + 1 }, (_, value) => (weight * value) / (sum * max));
  return Object.assign(toGray, {
    sums: (): GraySums => ({
      parts: [part(red), part(green), part(blue)],
      // A quarter of the smallest difference lower, so that halves are clearly above a border.
      borders: Float64Array.from(
        { length: max + 2 },
        (_, gray) => (gray - 0.5) / max - 0.25 / (sum * max),
      ).fill(Number.POSITIVE_INFINITY, max + 1),
    }),
  });
}
