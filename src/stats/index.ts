export {
  type ComparedSizes,
  type ComparedTimes,
  type CompareReport,
  type CompareReportOptions,
  reportComparison,
  type Side,
} from './compare-report.ts';
export {
  type DistributionOptions,
  type DistributionReport,
  reportDistribution,
  type SizePoint,
} from './distribution-report.ts';
export { type Grouping, groupings } from './group-rows.ts';
export { type LambdaCost, type LambdaPrices, lambdaCost } from './lambda-cost.ts';
export type {
  CodeCount,
  LedgerSample,
  LedgerSampler,
  RowStage,
  SampledRow,
  SampleOptions,
  TimeWindow,
} from './ledger-sampler.ts';
export { durationMs } from './row-times.ts';
export { sampleRows } from './sample-rows.ts';
export {
  readSide,
  type SampleSidesOptions,
  type SideName,
  sampleSides,
} from './sample-sides.ts';
export {
  type ReportBasis,
  reportStats,
  type StatsOptions,
  type StatsReport,
} from './stats-report.ts';
export type { Estimate, TimeSummary } from './summarize-times.ts';
export { readMoment } from './time-window.ts';
export { reportTimeline, type TimeBucket, type TimelineReport } from './timeline-report.ts';
