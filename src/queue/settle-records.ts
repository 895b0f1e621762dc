import { type EventRecord, type ParseOptions, parseMessage } from '../events/index.ts';
import {
  EntryRejectedError,
  type Outcome,
  type PipelineParts,
  processBatch,
  type Upload,
  type UploadResult,
} from '../pipeline/index.ts';

/** A record that is not an upload. */
export type Unprocessed = Exclude<EventRecord, { action: 'process' }>;

/** Receives what became of each record. */
export interface RecordReporter {
  outcome(outcome: Outcome): void;
  ignored(record: Unprocessed): void;
  refused(record: Unprocessed): void;
  retried(upload: Upload, error: unknown): void;
  /** Superseded contents of a key that have no row. */
  unrecorded(upload: Upload, contents: number): void;
}

/** What records are processed with. */
export interface RecordProcessing {
  parts: PipelineParts;
  reporter: RecordReporter;
  /** Whether this is the process’s first batch. */
  coldStart: boolean;
  /** Time limit for the conversions; none if absent. */
  timeoutMs?: number;
}

/** A record that no retry can process. */
export class RefusedRecordError extends Error {
  override name = 'RefusedRecordError';
}

/** The outcome of one record of an event. */
export type SettledRecord =
  | { status: 'done'; outcome: Outcome }
  | { status: 'ignored'; key: string | undefined; reason: string }
  /** Invalid or foreign: a retry does not help, but the record must not vanish. */
  | { status: 'refused'; cause: RefusedRecordError }
  /** A retry may succeed. */
  | { status: 'retry'; cause: Error };

/**
 * Processes all records of an event together and reports each; returns one result per record, in
 * order.
 */
export async function settleRecords(
  records: EventRecord[],
  { parts, reporter, coldStart, timeoutMs }: RecordProcessing,
): Promise<SettledRecord[]> {
  const uploads = records.flatMap((record) => (record.action === 'process' ? [record.upload] : []));
  const batch = await processBatch(uploads, parts, {
    coldStart,
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
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

/**
 * Processes the events of queue messages together. Returns for each message why it must be
 * redelivered, or undefined if it is done. Redelivered are messages with an upload that may succeed
 * on a retry, and invalid messages, which the queue finally moves to its dead letters. Permanent
 * failures are in the ledger and are not redelivered.
 */
export async function settleMessages(
  bodies: unknown[],
  { parseOptions, ...processing }: RecordProcessing & { parseOptions: ParseOptions },
): Promise<(Error | undefined)[]> {
  const messages = bodies.map((body) => parseMessage(body, parseOptions));
  const settled = await settleRecords(messages.flat(), processing);
  return messages.map(({ length }) => settled.splice(0, length).map(causeOf).find(Boolean));
}

function settleUpload(
  upload: Upload,
  result: UploadResult,
  reporter: RecordReporter,
): SettledRecord {
  if ('outcome' in result) return { status: 'done', outcome: result.outcome };
  const { error } = result;
  // A retry does not help: it becomes a dead letter, like an invalid record.
  if (error instanceof EntryRejectedError) {
    const { message: reason, cause } = error;
    reporter.refused({ ...upload, action: 'refuse', reason: `${reason} ${cause}` });
    return { status: 'refused', cause: new RefusedRecordError(reason, { cause: error }) };
  }
  reporter.retried(upload, result.error);
  return { status: 'retry', cause: asError(result.error) };
}

function settleOther(record: Unprocessed, reporter: RecordReporter): SettledRecord {
  const { action, key, reason } = record;
  if (action === 'ignore') {
    reporter.ignored(record);
    return { status: 'ignored', key, reason };
  }
  reporter.refused(record);
  return { status: 'refused', cause: new RefusedRecordError(`Refused: ${reason}`) };
}

/** Why a record must be retried or set aside; undefined if it is done. */
export function causeOf(record: SettledRecord): Error | undefined {
  return 'cause' in record ? record.cause : undefined;
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}
