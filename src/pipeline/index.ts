export { type Budget, createBudget, type Share } from './budget.ts';
export { isOutput, needsTooMuchMemory, outputOf } from './convert-and-store.ts';
export { asDiskFull, DiskFullError } from './disk-full.ts';
export {
  BodyLengthError,
  DeadlineError,
  EntryRejectedError,
  NotPermittedError,
  PermanentError,
  type PermanentErrorCode,
  permanentErrorCodes,
  RangeOutsideError,
  SourceUnsettledError,
} from './errors.ts';

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
  FoundFile,
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
export { maxSuperseded, type Unrecorded } from './superseded.ts';
export type { ObjectRef, Upload } from './upload.ts';
