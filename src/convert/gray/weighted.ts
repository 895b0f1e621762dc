/** Gray of one colour; all four on the same scale. */
export type ToGray = (red: number, green: number, blue: number) => number;

/** Weights of red, green and blue: whole numbers with a sum above 0. */
export type Weights = readonly [red: number, green: number, blue: number];

/**
 * The weighted mean of encoded values, rounded half up, within 0 to `max`. In whole numbers, so that
 * it is exact and neutral colours keep their value; see parseMix for how large the weights can be.
 */
export function weighted([red, green, blue]: Weights, max: number): ToGray {
  const sum = red + green + blue;
  return (r, g, b) => {
    const gray = Math.floor((r * red + g * green + b * blue) / sum + 0.5);
    return gray < 0 ? 0 : gray > max ? max : gray;
  };
}
