import type { SortedSample } from './sorted-sample.ts';

/**
 * How often a value of the first sample is larger than one of the second, minus how often it is
 * smaller: from -1 to 1, 0 for similar samples. N. Cliff, "Dominance Statistics: Ordinal Analyses
 * to Answer Ordinal Questions", Psychological Bulletin 114, 1993.
 */
export function cliffsDelta(x: SortedSample, y: SortedSample): number {
  let below = 0;
  let notAbove = 0;
  let balance = 0;
  for (const value of x) {
    while (below < y.length && (y[below] as number) < value) below++;
    while (notAbove < y.length && (y[notAbove] as number) <= value) notAbove++;
    balance += below - (y.length - notAbove);
  }
  return balance / (x.length * y.length);
}
