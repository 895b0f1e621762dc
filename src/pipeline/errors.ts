/** Permanent causes outside the image itself; see docs/errors.md. */
export const permanentErrorCodes = {
  SOURCE_ARCHIVED:
    'The source is in an archive storage class and must be restored before it can be read.',
  OUTPUT_KEY_TOO_LONG: 'The output’s key, prefix included, is longer than the store allows.',
  TAGS_NOT_SUPPORTED: '`OUTPUT_CARRY` has `tags`, but the store does not support tags.',
  OUTPUT_ATTRIBUTES_REJECTED:
    'The store rejects the storage class, metadata or tags of the output.',
} as const;

export type PermanentErrorCode = keyof typeof permanentErrorCodes;

/** A failure that is recorded and not retried. */
export class PermanentError extends Error {
  readonly code: PermanentErrorCode;

  constructor(code: PermanentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PermanentError';
    this.code = code;
  }
}

/** A source needs more memory than was reserved for it, because its event understates its size. */
export class ReservationExceededError extends Error {
  readonly sizeBytes: number;

  constructor(sizeBytes: number) {
    super(`Expected a source no larger than its event says but it has ${sizeBytes} bytes.`);
    this.name = 'ReservationExceededError';
    this.sizeBytes = sizeBytes;
  }
}

// Adapters translate driver errors into these three classes and keep the original as the cause.
// Entry points know only these classes, no driver.

export interface ServiceErrorOptions extends ErrorOptions {
  /** What is wrong and how to fix it, for clients: no addresses, names or messages of drivers. */
  advice?: string | undefined;
  code?: string | undefined;
}

class ServiceError extends Error {
  readonly advice: string | undefined;
  readonly code: string | undefined;

  constructor(message: string, { advice, code, ...options }: ServiceErrorOptions = {}) {
    super(message, options);
    this.advice = advice;
    this.code = code;
  }
}

/** A store or database is unreachable or cannot answer now. Retryable. */
export class Unavailable extends ServiceError {
  override name = 'Unavailable';
}

/** A store or database did not answer in time. Retryable, perhaps with a smaller request. */
export class Timeout extends ServiceError {
  override name = 'Timeout';
}

/**
 * A store or database rejects this request because of its data or missing rights. A retry fails
 * until one of them changes.
 */
export class Rejected extends ServiceError {
  override name = 'Rejected';
}

/**
 * The ledger rejects these entries permanently as a batch; sent one by one, the valid ones succeed.
 * The cause holds the database's message, for the log only.
 */
export class EntryRejectedError extends Rejected {
  override name = 'EntryRejectedError';

  constructor(options?: ErrorOptions) {
    super(
      'The database rejects the row of this upload permanently. Do not resend the event; see the log for the reason.',
      options,
    );
  }
}

const serviceErrors = { Unavailable, Timeout, Rejected };

/** The form in which errors are sent between threads. */
export interface SentError extends Pick<ServiceErrorOptions, 'advice' | 'code'> {
  /** Absent for errors of other kinds. */
  kind?: keyof typeof serviceErrors | undefined;
  message: string;
}

export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof ServiceError;
}

export function toSentError(error: unknown): SentError {
  if (!isServiceError(error)) return { message: (error as Error).message };
  const { message, advice, code } = error;
  const kinds = Object.keys(serviceErrors) as (keyof typeof serviceErrors)[];
  return {
    kind: kinds.find((kind) => error instanceof serviceErrors[kind]),
    message,
    advice,
    code,
  };
}

export function fromSentError({ kind, message, ...options }: SentError): Error {
  return kind ? new serviceErrors[kind](message, options) : new Error(message);
}

/** The source kept changing during its conversion; the queue redelivers it. */
export class SourceUnsettledError extends Error {
  constructor(key: string, rounds: number) {
    super(`"${key}" was replaced during each of ${rounds} conversions; it is retried later.`);
    this.name = 'SourceUnsettledError';
  }
}

/** No time was left to finish; the queue redelivers the message. */
export class DeadlineError extends Error {
  constructor(key: string) {
    super(`"${key}" could not be converted in the remaining time; it is retried later.`);
    this.name = 'DeadlineError';
  }
}

/** The requested range lies outside the file. */
export class RangeOutsideError extends Error {
  constructor(key: string, range: string) {
    super(`Expected a range within "${key}" but received ${range}.`);
    this.name = 'RangeOutsideError';
  }
}

/** A body is longer or shorter than announced; nothing was stored. */
export class BodyLengthError extends Error {
  constructor(announcedBytes: number, receivedBytes: number) {
    super(
      `Expected a body of ${announcedBytes} bytes, as announced, but received ${receivedBytes}.`,
    );
    this.name = 'BodyLengthError';
  }
}

/** Errors of this program, whose messages are written for clients. */
const errorsForClients = [DeadlineError, EntryRejectedError, SourceUnsettledError];

/** The reason to give a client why its upload was not processed. Driver messages go only to the log. */
export function failureReason(error: unknown): string {
  if (errorsForClients.some((kind) => error instanceof kind)) return (error as Error).message;
  return (
    (isServiceError(error) ? error.advice : undefined) ??
    'The store or the database did not answer as expected.'
  );
}

/** Whether tables or columns are missing; the code of the errors that say so. */
export function isSchemaOutdated(error: unknown): boolean {
  return isServiceError(error) && error.code === schemaOutdated;
}

export const schemaOutdated = 'SCHEMA_OUTDATED';

/** The cause of an error, as the log shows it. */
export function describeCause(error: unknown): string {
  const cause = error instanceof EntryRejectedError ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}

/** The code to report to a client whose upload was not processed. */
export function failureCode(error: unknown): 'SCHEMA_OUTDATED' | 'TRY_AGAIN' {
  return isSchemaOutdated(error) ? schemaOutdated : 'TRY_AGAIN';
}

/** Whether a retry would fail for the same reason. */
export function isPermanent(error: unknown): boolean {
  return error instanceof EntryRejectedError;
}
