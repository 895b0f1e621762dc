/** Causes outside the picture itself that no retry mends; docs/errors.md says more. */
export const permanentErrorCodes = {
  SOURCE_ARCHIVED: 'The source lies in an archive storage class and must be restored to be read.',
  OUTPUT_KEY_TOO_LONG: 'The output’s key, prefix included, is longer than the store allows.',
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

/** A source is larger than what was reserved for it, by the word of its event. */
export class NotReservedError extends Error {
  readonly sizeBytes: number;

  constructor(sizeBytes: number) {
    super(`Expected a source no larger than its event says but it has ${sizeBytes} bytes.`);
    this.name = 'NotReservedError';
    this.sizeBytes = sizeBytes;
  }
}

// What adapters make of the errors of their drivers, which stay as the cause. Entry points know these
// three classes and no driver.

/** A store or database cannot be reached, or cannot answer now. Worth another try. */
export class Unavailable extends Error {
  override name = 'Unavailable';
}

/** A store or database did not answer in time. Worth another try, or a smaller question. */
export class Timeout extends Error {
  override name = 'Timeout';
}

/**
 * A store or database refuses this request: for its data or for missing rights. The same request
 * fails again until someone changes either.
 */
export class Rejected extends Error {
  override name = 'Rejected';
}

/**
 * The ledger will never take these entries as they are; taken one by one, the sound ones pass. What the
 * database says of it is the cause, and for the log alone.
 */
export class EntryRejectedError extends Rejected {
  override name = 'EntryRejectedError';

  constructor(options?: ErrorOptions) {
    super(
      'The database rejects the row of this upload, and would reject it again. Do not send the event again; the log has the reason.',
      options,
    );
  }
}

/** By their names, for errors that are sent from one thread to another. */
export const serviceErrors = { Unavailable, Timeout, Rejected };

/** The source changed again and again while it was being converted; the queue brings it back. */
export class SourceUnsettledError extends Error {
  constructor(key: string, rounds: number) {
    super(`"${key}" was replaced during each of ${rounds} conversions; it is tried again later.`);
    this.name = 'SourceUnsettledError';
  }
}

/** There was no time left to finish; the queue brings it back. */
export class DeadlineError extends Error {
  constructor(key: string) {
    super(`"${key}" could not be converted in the time that was left; it is tried again later.`);
    this.name = 'DeadlineError';
  }
}

/** The part of a file that was asked for lies outside it. */
export class RangeOutsideError extends Error {
  constructor(key: string, range: string) {
    super(`Expected a range within "${key}" but received ${range}.`);
    this.name = 'RangeOutsideError';
  }
}

/** A body that is longer or shorter than was announced; nothing was stored. */
export class BodyLengthError extends Error {
  constructor(announcedBytes: number, receivedBytes: number) {
    super(`Expected a body of ${announcedBytes} bytes, as announced, but ${receivedBytes} came.`);
    this.name = 'BodyLengthError';
  }
}

/** Errors of our own, whose sentences are meant for clients. */
const ownErrors = [DeadlineError, EntryRejectedError, SourceUnsettledError];

/** Why an upload was not processed, in words of our own: what a driver says is for the log. */
export function failureReason(error: unknown): string {
  if (ownErrors.some((kind) => error instanceof kind)) return (error as Error).message;
  return 'The store or the database did not answer as expected.';
}

/** What the log shows of it. */
export function causeOf(error: unknown): string {
  const cause = error instanceof EntryRejectedError ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}

/** Whether another try would fail for the same reason. */
export function isPermanent(error: unknown): boolean {
  return error instanceof EntryRejectedError;
}
