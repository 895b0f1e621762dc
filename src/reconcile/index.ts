export { type BackfillOptions, type BackfillResult, backfill } from './backfill.ts';
export { batchJobText } from './batch-job.ts';
export {
  type Checkpoint,
  CheckpointError,
  type CheckpointFile,
  openCheckpoint,
  type Plan,
} from './checkpoint-file.ts';
export {
  type Choice,
  type ClassifiedObject,
  type Counts,
  choices,
  classifyPage,
  type Kind,
  type Place,
} from './classify-page.ts';
export {
  createPipelineDestination,
  createQueueDestination,
  type Destination,
  noneTaken,
  type Taken,
  takenWith,
} from './destinations.ts';
export {
  type Forecast,
  type ForecastOptions,
  type ForecastPrices,
  forecastWork,
  requestsOfImage,
} from './forecast.ts';
export { pollBucket, pollOnce } from './poll.ts';
export { type RetryResult, retryFailed } from './retry-failed.ts';
