import { ConversionError } from '../convert/index.ts';
import {
  DeadlineError,
  EntryRejectedError,
  NotPermittedError,
  PermanentError,
  SourceUnsettledError,
} from '../pipeline/index.ts';

const ownErrors = [
  ConversionError,
  DeadlineError,
  NotPermittedError,
  PermanentError,
  SourceUnsettledError,
];

/**
 * Why something failed, in our own words. What a driver says names hosts, statements and values: it is
 * for the log, and a client is told what it can do.
 */
export function publicReason(error: unknown): string {
  if (ownErrors.some((own) => error instanceof own)) return (error as Error).message;
  if (error instanceof EntryRejectedError) {
    return 'The database rejects this row; the server log has the reason. Another try fails as well.';
  }
  return 'The store or the database did not answer as expected. Try again; /readyz shows which of them.';
}
