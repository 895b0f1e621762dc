import type { Weights } from '../gray/weighted.ts';

/** Maximum integer weight: products with 16-bit samples stay exact in a double. */
const maxWeight = 1e9;
const decimals = 6;

const pattern = /^mix:([^,]{1,32}),([^,]{1,32}),([^,]{1,32})$/;
// 20 digits allow zeros at both ends; with thousands, a double would overflow to infinity.
const number = /^[+-]?(?=[\d.]{1,20}$)(\d+(\.\d*)?|\.\d+)$/;

/** Completes “Expected …”. */
export const mixExpected =
  'mix:RED,GREEN,BLUE with three numbers of up to nine digits, up to six of them after the decimal point, and a sum above 0';

/**
 * The weights of `mix:r,g,b` as the smallest integers in the same proportion, which is all that
 * matters because the mean is divided by their sum. Undefined if it is not a valid mix.
 */
export function parseMix(method: string): Weights | undefined {
  const texts =
    pattern
      .exec(method)
      ?.slice(1)
      .map((text) => text.trim()) ?? [];
  if (texts.length !== 3 || !texts.every((text) => number.test(text))) return undefined;
  const scaled = texts.map((text) => Number(text) * 10 ** decimals);
  const whole = scaled.map(Math.round);
  if (whole.some((weight, i) => Math.abs(weight - (scaled[i] ?? 0)) > 1e-3)) return undefined;
  const divisor = whole.reduce(greatestCommonDivisor);
  const weights = whole.map((weight) => weight / divisor + 0) as [number, number, number];
  const sum = weights.reduce((total, weight) => total + weight);
  const isExact = weights.every((weight) => Math.abs(weight) <= maxWeight);
  return isExact && sum > 0 ? weights : undefined;
}

/** The canonical spelling of all mixes in the same proportion. */
export function spellMix(weights: Weights): `mix:${string}` {
  return `mix:${weights.join(',')}`;
}

/** Returns 0 for 0 and 0; dividing by it gives NaN, which is rejected. */
function greatestCommonDivisor(a: number, b: number): number {
  let [divisor, rest] = [a, b];
  while (rest !== 0) [divisor, rest] = [rest, divisor % rest];
  return Math.abs(divisor);
}
