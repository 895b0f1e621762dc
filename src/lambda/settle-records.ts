import type { EventRecord } from '../events/index.ts';
import {
  EntryRejectedError,
  type Outcome,
  processBatch,
  type Upload,
  type UploadResult,
} from '../pipeline/index.ts';
import type { Invocation } from './invocation.ts';
import type { OutcomeReporter, Unprocessed } from './reporter.ts';

/** The outcome of one record of an event. */
export type SettledRecord =
  | { status: 'done'; outcome: Outcome }
  | { status: 'ignored'; key: string | undefined; reason: string }
  /** Invalid or foreign: a retry does not help, but the record must not vanish. */
  | { status: 'refused'; cause: Error }
  /** A retry may succeed. */
  | { status: 'retry'; cause: Error };

/**
 * Processes all records of an event together and reports each; returns one result per record, in
 * order.
 */
export async function settleRecords(
  records: EventRecord[],
  { parts, reporter, coldStart, timeoutMs }: Invocation,
): Promise<SettledRecord[]> {
  const uploads = records.flatMap((record) => (record.action === 'process' ? [record.upload] : []));
  const batch = await processBatch(uploads, parts, { coldStart, timeoutMs });
  const { results, outcomes, unrecorded } = batch;
  for (const outcome of outcomes) reporter.outcome(outcome);
  for (const { upload, contents } of unrecorded) reporter.unrecorded(upload, contents);

  const remaining = results.values();
  return records.map((record) =>
    record.action === 'process'
      ? settleUpload(record.upload, remaining.next().value as UploadResult, reporter)
      : settleOther(record, reporter),
  );
}

function settleUpload(
  upload: Upload,
  result: UploadResult,
  reporter: OutcomeReporter,
): SettledRecord {
  if ('outcome' in result) return { status: 'done', outcome: result.outcome };
  const { error } = result;
  // A retry does not help: it becomes a dead letter, like an invalid record.
  if (error instanceof EntryRejectedError) {
    const { message: reason, cause } = error;
    reporter.refused({ ...upload, action: 'refuse', reason: `${reason} ${cause}` });
    return { status: 'refused', cause: error };
  }
  reporter.retried(upload, result.error);
  return { status: 'retry', cause: asError(result.error) };
}

function settleOther(record: Unprocessed, reporter: OutcomeReporter): SettledRecord {
  const { action, key, reason } = record;
  if (action === 'ignore') {
    reporter.ignored(record);
    return { status: 'ignored', key, reason };
  }
  reporter.refused(record);
  return { status: 'refused', cause: new Error(`Refused: ${reason}`) };
}

/** Why a record must be retried or set aside; undefined if it is done. */
export function causeOf(record: SettledRecord): Error | undefined {
  return 'cause' in record ? record.cause : undefined;
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}
