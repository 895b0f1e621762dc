export { type Interval, percentileInterval } from './bootstrap.ts';
export { cliffsDelta } from './cliffs-delta.ts';
export {
  type CompareOptions,
  type Comparison,
  compareSamples,
  type KnownComparison,
} from './compare-samples.ts';
export { describeComparison } from './describe-comparison.ts';
export { type Bin, type EcdfPoint, ecdf, logHistogram } from './histogram.ts';
export { median, percentile } from './percentile.ts';
export { createRandom, type Random } from './random.ts';
export { sortedSample } from './sorted-sample.ts';
