export { type Budget, createBudget } from './budget.ts';
export {
  EntryRejectedError,
  PermanentError,
  type PermanentErrorCode,
  permanentErrorCodes,
  SourceUnsettledError,
} from './errors.ts';
export {
  type FailureCode,
  type Outcome,
  type SkipReason,
  type SourceContent,
  type Stage,
  type StageTimes,
  skipReasons,
  stages,
} from './outcome.ts';
export type {
  Clock,
  Ledger,
  LedgerEntry,
  NewObject,
  ObjectStore,
  ObjectVersion,
  ReadObject,
} from './ports.ts';
export {
  type BatchReport,
  type PipelineParts,
  processBatch,
  type UploadResult,
} from './process-batch.ts';
export type { ObjectRef, Upload } from './upload.ts';
