export { type BackfillOptions, type BackfillResult, backfill } from './backfill.ts';
export { batchJobCommands } from './batch-job.ts';
export {
  CheckpointError,
  openCheckpoint,
} from './checkpoint-file.ts';
export {
  type Choice,
  choices,
  type ObjectCounts,
  type ObjectKind,
  type S3Location,
} from './classify-page.ts';
export {
  createPipelineDestination,
  createQueueDestination,
  type Destination,
} from './destinations.ts';
export {
  type ForecastOptions,
  type ForecastPrices,
  forecastWork,
} from './forecast.ts';
export { pollBucket, pollOnce } from './poll.ts';
export { type RetryResult, retryFailed } from './retry-failed.ts';
export { type FindingKind, findingKinds } from './verify/findings.ts';
export { createRepair, type Repair, type RepairResult } from './verify/repair.ts';
export {
  maxReportedFindings,
  type VerifyOptions,
  type VerifyReport,
  verify,
} from './verify/verify.ts';
