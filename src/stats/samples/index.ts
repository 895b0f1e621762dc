export {
  bootstrapInterval,
  type Interval,
  type IntervalOptions,
  percentileInterval,
} from './bootstrap.ts';
export {
  type CompareOptions,
  type Comparison,
  compareSamples,
  type KnownComparison,
  type Samples,
  type UnknownComparison,
  verdictOf,
} from './compare-samples.ts';
export { type ComparisonNames, describeComparison } from './describe-comparison.ts';
export {
  type Bin,
  type EcdfPoint,
  ecdf,
  type HistogramOptions,
  logHistogram,
} from './histogram.ts';
export { adjustPValues } from './holm.ts';
export { type MannWhitney, mannWhitney } from './mann-whitney.ts';
export { median, percentile } from './percentile.ts';
export { createRandom, type Random } from './random.ts';
export { type SortedSample, sortedSample } from './sorted-sample.ts';
