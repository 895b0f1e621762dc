/**
 * The probability that a standard normal variable is above `z`, for z of at least 0, to about 14
 * digits, however small. `simple-statistics` has a table of two decimals and an approximation to 7
 * digits, both of the other side, from which a small probability cannot be had.
 */
export function normalTail(z: number): number {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  return z < 3 ? 0.5 - density * centralSeries(z) : density / tailFraction(z);
}

/** z + z³/3 + z⁵/(3·5) + ...: Abramowitz and Stegun, 26.2.11. */
function centralSeries(z: number): number {
  let term = z;
  let sum = 0;
  for (let odd = 3; sum + term !== sum; odd += 2) {
    sum += term;
    term *= (z * z) / odd;
  }
  return sum;
}

/** z + 1/(z + 2/(z + 3/(z + ...))): Abramowitz and Stegun, 26.2.14, from the inside out. */
function tailFraction(z: number): number {
  let value = z;
  for (let depth = 200; depth > 0; depth--) value = z + depth / value;
  return value;
}
