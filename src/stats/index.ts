export {
  type ComparedTimes,
  type CompareReport,
  reportComparison,
  type Side,
} from './compare-report.ts';
export { type DistributionReport, reportDistribution } from './distribution-report.ts';
export { type Grouping, groupings } from './group-rows.ts';
export { type LambdaPrices, lambdaCost } from './lambda-cost.ts';
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
export { parseSide, type SampleSidesOptions, type SideName, sampleSides } from './sample-sides.ts';
export { reportStats, type StatsReport } from './stats-report.ts';
export type { Estimate, TimeSummary } from './summarize-times.ts';
export { parseTime } from './time-window.ts';
export { reportTimeline, type TimelineReport } from './timeline-report.ts';
