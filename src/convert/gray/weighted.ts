/** Returns the gray of one colour; all four values have the same scale. */
export type ToGray = (red: number, green: number, blue: number) => number;

/** Weights of red, green and blue: integers with a positive sum. */
export type Weights = readonly [red: number, green: number, blue: number];

/**
 * The weighted mean of encoded values from 0 to `max`, rounded half up. Integer arithmetic is exact
 * and preserves neutral colours; see parseMix for the maximum weights.
 */
export function weighted([red, green, blue]: Weights, max: number): ToGray {
  const sum = red + green + blue;
  return (r, g, b) => {
    const gray = Math.floor((r * red + g * green + b * blue) / sum + 0.5);
    return gray < 0 ? 0 : gray > max ? max : gray;
  };
}
