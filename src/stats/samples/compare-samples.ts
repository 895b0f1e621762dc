import {
  bootstrapInterval,
  type Interval,
  type IntervalOptions,
  resampledPercentile,
} from './bootstrap.ts';
import { median } from './percentile.ts';
import { sortedSample } from './sorted-sample.ts';

export interface CompareOptions extends IntervalOptions {
  /** Smaller samples are not judged. */
  minRows?: number;
}

interface ComparisonBase {
  /** Values in each sample. */
  n: { candidate: number; baseline: number };
  confidence: number;
}

/** A comparison with numbers, for any verdict. */
export interface KnownComparison extends ComparisonBase {
  /** Faster or slower only if the whole interval is on that side of 0. */
  verdict: 'faster' | 'slower' | 'undecided';
  median: { candidate: number; baseline: number };
  /** The candidate's median divided by the baseline's, minus 1: -0.41 is 41 % faster. */
  change: number;
  changeInterval: Interval;
}

/** A comparison that cannot be made. */
interface UnknownComparison extends ComparisonBase {
  verdict: 'unknown';
  reason: 'too few rows' | 'the baseline’s median is 0';
  minRows: number;
}

export type Comparison = KnownComparison | UnknownComparison;

/** Times to compare; smaller is better. */
interface Samples {
  candidate: ArrayLike<number>;
  baseline: ArrayLike<number>;
}

/**
 * Compares a candidate's times with a baseline's: the change of the median with its bootstrap
 * interval.
 */
export function compareSamples(samples: Samples, options: CompareOptions = {}): Comparison {
  const { confidence = 0.95, minRows = 10 } = options;
  const n = { candidate: samples.candidate.length, baseline: samples.baseline.length };
  const unknown = { verdict: 'unknown', n, confidence, minRows } as const;
  if (Math.min(n.candidate, n.baseline) < Math.max(minRows, 1)) {
    return { ...unknown, reason: 'too few rows' };
  }
  const candidate = sortedSample(samples.candidate);
  const baseline = sortedSample(samples.baseline);
  const medians = { candidate: median(candidate), baseline: median(baseline) };
  if (medians.baseline === 0) return { ...unknown, reason: 'the baseline’s median is 0' };

  const changeInterval = bootstrapInterval(
    (random) =>
      changeOf(
        resampledPercentile(candidate, 0.5, random),
        resampledPercentile(baseline, 0.5, random),
      ),
    options,
  );
  return {
    verdict: verdictOf(changeInterval),
    n,
    confidence,
    median: medians,
    change: changeOf(medians.candidate, medians.baseline),
    changeInterval,
  };
}

function verdictOf({ low, high }: Interval): KnownComparison['verdict'] {
  if (high < 0) return 'faster';
  return low > 0 ? 'slower' : 'undecided';
}

/**
 * A sample with many zeros may have a median of 0 when resampled; that counts as a large change.
 */
function changeOf(candidate: number, baseline: number): number {
  if (candidate === baseline) return 0;
  return Math.min(candidate / baseline - 1, Number.MAX_VALUE);
}
