import { DeadlineError, EntryRejectedError, SourceUnsettledError } from '../../pipeline/index.ts';

/** Errors of our own, whose sentences are meant for clients. */
const own = [DeadlineError, EntryRejectedError, SourceUnsettledError];

/** Why an upload was not processed, in words of our own: what a driver says is for the log. */
export function failureReason(error: unknown): string {
  if (own.some((kind) => error instanceof kind)) return (error as Error).message;
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
