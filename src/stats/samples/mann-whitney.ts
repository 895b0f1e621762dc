import { normalTail } from './normal-tail.ts';
import { rankSumDistribution } from './rank-sum-distribution.ts';
import type { SortedSample } from './sorted-sample.ts';

export interface MannWhitney {
  /** Pairs in which the first sample's value is larger; ties count a half. R's `W`. */
  u: number;
  /** Two-sided. */
  pValue: number;
  method: 'exact' | 'normal approximation';
  /** The chance that a value of the first sample is larger than one of the second: u / (m * n). */
  commonLanguage: number;
  /** The same from -1 (all of the first are smaller) to 1: N. Cliff, 1993. */
  cliffsDelta: number;
}

/** R's `wilcox.test` computes exactly below this many values, where there are no ties. */
const exactBelow = 50;

/**
 * Whether two samples are of one distribution, by ranks, so that one slow image weighs no more than
 * one vote. As R's `wilcox.test(x, y)`: exact for less than 50 values each without ties, else by the
 * normal approximation with correction for ties and for continuity. Takes one walk through both.
 */
export function mannWhitney(x: SortedSample, y: SortedSample): MannWhitney {
  const { u, tieSum } = countPairs(x, y);
  const isExact = x.length < exactBelow && y.length < exactBelow && tieSum === 0;
  const pairs = x.length * y.length;
  return {
    u,
    pValue: isExact
      ? exactPValue(u, x.length, y.length)
      : approximatePValue(u, { m: x.length, n: y.length, tieSum }),
    method: isExact ? 'exact' : 'normal approximation',
    commonLanguage: u / pairs,
    cliffsDelta: (2 * u) / pairs - 1,
  };
}

/** Merges the samples: for each value, how often it comes in either, and what lies below it. */
function countPairs(x: SortedSample, y: SortedSample): { u: number; tieSum: number } {
  let u = 0;
  let tieSum = 0;
  let i = 0;
  let j = 0;
  while (i < x.length || j < y.length) {
    const value = Math.min(x[i] ?? Number.POSITIVE_INFINITY, y[j] ?? Number.POSITIVE_INFINITY);
    const [firstX, firstY] = [i, j];
    while (x[i] === value) i++;
    while (y[j] === value) j++;
    const [inX, inY] = [i - firstX, j - firstY];
    u += inX * (firstY + inY / 2);
    const ties = inX + inY;
    tieSum += ties ** 3 - ties;
  }
  return { u, tieSum };
}

function exactPValue(u: number, m: number, n: number): number {
  // The distribution is symmetric, so the lower tail serves for both.
  const extreme = Math.min(u, m * n - u);
  const tail = rankSumDistribution(m, n)
    .subarray(0, extreme + 1)
    .reduce((sum, p) => sum + p, 0);
  return Math.min(2 * tail, 1);
}

/** E. L. Lehmann, "Nonparametrics: Statistical Methods Based on Ranks", 1975, sections 1.3 and 1.4. */
function approximatePValue(
  u: number,
  { m, n, tieSum }: { m: number; n: number; tieSum: number },
): number {
  const total = m + n;
  const variance = ((m * n) / 12) * (total + 1 - tieSum / (total * (total - 1)));
  // All values are equal: nothing tells the samples apart.
  if (variance <= 0) return 1;
  const distance = Math.max(Math.abs(u - (m * n) / 2) - 0.5, 0);
  return Math.min(2 * normalTail(distance / Math.sqrt(variance)), 1);
}
