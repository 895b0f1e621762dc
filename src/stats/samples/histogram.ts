import { percentile } from './percentile.ts';
import type { SortedSample } from './sorted-sample.ts';

export interface Bin {
  from: number;
  /** Exclusive, except in the last bin. */
  to: number;
  count: number;
}

interface HistogramOptions {
  bins: number;
  /** The range; default: the sample's. Values outside count in the bin at that end. */
  from?: number;
  to?: number;
}

/**
 * Counts values in bins whose bounds grow by a constant factor. Latencies range over orders of
 * magnitude; equal bins would show the slowest image and one tall bar.
 */
export function logHistogram(sample: SortedSample, options: HistogramOptions): Bin[] {
  const low = Math.max(options.from ?? percentile(sample, 0), minBound);
  const high = Math.max(options.to ?? percentile(sample, 1), low);
  if (high === low) return [{ from: low, to: high, count: sample.length }];
  const factor = Math.log(high / low) / options.bins;
  const bound = (i: number) => (i === options.bins ? high : low * Math.exp(factor * i));
  const bins = Array.from({ length: options.bins }, (_, i) => ({
    from: bound(i),
    to: bound(i + 1),
    count: 0,
  }));
  for (const value of sample) {
    const index = Math.floor(Math.log(Math.max(value, low) / low) / factor);
    const bin = bins[Math.min(index, options.bins - 1)];
    if (bin) bin.count += 1;
  }
  return bins;
}

/**
 * The logarithm of 0 is undefined. In milliseconds, no clock distinguishes smaller values from 0.
 */
const minBound = 1e-3;

export interface EcdfPoint {
  value: number;
  /** Share of the sample that is at most this value. */
  share: number;
}

/** Returns the empirical cumulative distribution at a number of points, equally spaced in share. */
export function ecdf(sample: SortedSample, points: number): EcdfPoint[] {
  const count = Math.min(points, sample.length);
  return Array.from({ length: count }, (_, i) => {
    const rank = Math.ceil(((i + 1) * sample.length) / count);
    return { value: sample[rank - 1] as number, share: rank / sample.length };
  });
}
