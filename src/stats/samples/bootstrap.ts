import { percentile } from './percentile.ts';
import { betaVariate, createRandom, type Random } from './random.ts';
import { type SortedSample, sortedSample } from './sorted-sample.ts';

export interface IntervalOptions {
  /** The share of such intervals that contain the true value. */
  confidence?: number;
  /** How many times the sample is resampled. */
  resamples?: number;
  /** The same seed gives the same interval. */
  seed?: number;
}

/** From `low` to `high`. */
export interface Interval {
  low: number;
  high: number;
}

/**
 * The bootstrap percentile interval of a percentile: B. Efron, R. J. Tibshirani, "An Introduction to
 * the Bootstrap", 1993, section 13.3. Its work does not depend on the size of the sample. BCa is not
 * offered: its acceleration comes from the jackknife, which fails for percentiles (section 11.6).
 */
export function percentileInterval(
  sample: SortedSample,
  share: number,
  options: IntervalOptions = {},
): Interval {
  return bootstrapInterval((random) => resampledPercentile(sample, share, random), options);
}

/** Returns the interval of any statistic computed from resampled data. */
export function bootstrapInterval(
  replicate: (random: Random) => number,
  { confidence = 0.95, resamples = 2_000, seed = 1 }: IntervalOptions = {},
): Interval {
  const random = createRandom(seed);
  const replicates = sortedSample(Array.from({ length: resamples }, () => replicate(random)));
  const tail = (1 - confidence) / 2;
  return { low: percentile(replicates, tail), high: percentile(replicates, 1 - tail) };
}

/**
 * Returns the percentile of a sample drawn with replacement from this one, of equal size, without
 * drawing it. Drawing picks the values at n uniform positions. Of the sorted positions, the
 * relevant one is Beta(rank, n - rank + 1), and the next is the minimum of those left between it
 * and 1 (H. A. David, H. N. Nagaraja, "Order Statistics", 2003, sections 2.3 and 2.5). So this is
 * the exact bootstrap, not an approximation, in the time of two draws.
 */
export function resampledPercentile(sample: SortedSample, share: number, random: Random): number {
  const n = sample.length;
  const position = (n - 1) * share;
  const below = Math.floor(position);
  const fraction = position - below;
  const quantile = betaVariate(random, below + 1, n - below);
  const value = valueAt(sample, quantile);
  if (fraction === 0) return value;
  const remaining = n - below - 1;
  const nextQuantile = 1 - (1 - quantile) * (1 - random()) ** (1 / remaining);
  return value + fraction * (valueAt(sample, nextQuantile) - value);
}

function valueAt(sample: SortedSample, quantile: number): number {
  return sample[Math.min(Math.floor(quantile * sample.length), sample.length - 1)] as number;
}
