export { type Budget, createBudget, type Share } from './budget.ts';
export { outputOf } from './convert-and-store.ts';
export { convertWithinBudget } from './convert-within-budget.ts';
export { describeOutcome } from './describe-outcome.ts';
export { isOutput, otherEngine } from './describe-output.ts';
export { asDiskFull, DiskFullError } from './disk-full.ts';
export { contentDisposition, downloadName } from './download-name.ts';
export {
  BodyLengthError,
  DeadlineError,
  describeCause,
  EntryRejectedError,
  failureCode,
  failureReason,
  fromSentError,
  isPermanent,
  isSchemaOutdated,
  isServiceError,
  PermanentError,
  permanentErrorCodes,
  RangeOutsideError,
  Rejected,
  type SentError,
  type ServiceErrorOptions,
  SourceUnsettledError,
  schemaOutdated,
  Timeout,
  toSentError,
  Unavailable,
} from './errors.ts';
export {
  contentId,
  type Outcome,
  type Stage,
  type StageTimes,
  skipReasons,
  stages,
} from './outcome.ts';
export type {
  CarriedAttribute,
  ConversionOptions,
  Converter,
  FoundObject,
  Ledger,
  LedgerEntry,
  NewObject,
  ObjectStore,
  ObjectVersion,
  PipelineParts,
  ReadObject,
} from './ports.ts';
export {
  processBatch,
  type UploadResult,
} from './process-batch.ts';
export { maxSuperseded, type UnrecordedContents } from './superseded.ts';
export type { ObjectRef, Upload } from './upload.ts';
