export { type Budget, createBudget } from './budget.ts';
export {
  DeadlineError,
  EntryRejectedError,
  PermanentError,
  type PermanentErrorCode,
  permanentErrorCodes,
  SourceUnsettledError,
} from './errors.ts';
export type {
  CodeCount,
  LedgerSample,
  LedgerSampler,
  RowStage,
  SampledRow,
  SampleOptions,
  TimeWindow,
} from './ledger-sampler.ts';
export {
  contentId,
  type FailureCode,
  type Outcome,
  type SkipReason,
  type SourceContent,
  type Stage,
  type StageTimes,
  skipReasons,
  stages,
} from './outcome.ts';
export type { PipelineParts } from './parts.ts';
export type {
  Clock,
  Conversion,
  ConversionOptions,
  Converter,
  Ledger,
  LedgerEntry,
  NewObject,
  ObjectStore,
  ObjectVersion,
  ReadObject,
} from './ports.ts';
export {
  type BatchReport,
  processBatch,
  type UploadResult,
} from './process-batch.ts';
export type { ObjectRef, Upload } from './upload.ts';
