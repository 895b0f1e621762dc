export {
  bootstrapInterval,
  type Interval,
  type IntervalOptions,
  percentileInterval,
} from './bootstrap.ts';
export { cliffsDelta } from './cliffs-delta.ts';
export {
  type CompareOptions,
  type Comparison,
  compareSamples,
  type KnownComparison,
  type Samples,
  type UnknownComparison,
} from './compare-samples.ts';
export { type ComparisonNames, describeComparison } from './describe-comparison.ts';
export {
  type Bin,
  type EcdfPoint,
  ecdf,
  type HistogramOptions,
  logHistogram,
} from './histogram.ts';
export { median, percentile } from './percentile.ts';
export { createRandom, type Random } from './random.ts';
export { type SortedSample, sortedSample } from './sorted-sample.ts';
