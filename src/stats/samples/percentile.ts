import { quantileSorted } from 'simple-statistics';
import type { SortedSample } from './sorted-sample.ts';

/**
 * Returns the value below which a share (0 to 1) of the sample lies: Hyndman and Fan's type 7,
 * interpolated between the neighbours of position (n - 1) * share. PostgreSQL's `percentile_cont`
 * and the defaults of R and NumPy are the same. Rob J. Hyndman, Yanan Fan, "Sample Quantiles in
 * Statistical Packages", The American Statistician 50 (4), 1996.
 */
export function percentile(sample: SortedSample, share: number): number {
  return quantileSorted(sample, share);
}

export function median(sample: SortedSample): number {
  return percentile(sample, 0.5);
}
