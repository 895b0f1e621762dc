import {
  type Interval,
  median,
  percentileInterval,
  sortedSample,
} from '../src/stats/samples/index.ts';

/** A median with its confidence interval and the measured values. */
export interface Figure {
  median: number;
  /** The true median is within it in 95 of 100 such runs (bootstrap). */
  interval: Interval;
  n: number;
  values: number[];
}

/** Throws a RangeError if there are no values. */
export function figureOf(values: number[]): Figure {
  const sample = sortedSample(values);
  return {
    median: median(sample),
    interval: percentileInterval(sample, 0.5),
    n: values.length,
    values,
  };
}

/**
 * Our values divided by the other’s, round by round: a temporary load on the machine affects both, so it
 * cancels out.
 */
export function ratioOf(ours: number[], theirs: number[]): Figure {
  const rounds = Math.min(ours.length, theirs.length);
  return figureOf(
    ours.slice(0, rounds).map((value, round) => value / (theirs[round] ?? Number.NaN)),
  );
}

/** The weighted geometric mean of ratios: a half and a double of equal weight cancel out. */
export function geometricMean(ratios: { ratio: number; weight: number }[]): number {
  const total = ratios.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) throw new RangeError('Expected at least one ratio but received none.');
  return Math.exp(
    ratios.reduce((sum, each) => sum + each.weight * Math.log(each.ratio), 0) / total,
  );
}

/** Three significant digits: 0.118, 4.07, 1,235. */
export function short(value: number): string {
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

export function withInterval({ median: middle, interval }: Figure): string {
  return `${short(middle)} (${short(interval.low)} to ${short(interval.high)})`;
}
