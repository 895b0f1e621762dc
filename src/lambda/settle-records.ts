import type { EventRecord } from '../events/index.ts';
import { type Outcome, processBatch, type UploadResult } from '../pipeline/index.ts';
import type { Invocation } from './invocation.ts';

/** What became of one record of an event. */
export type SettledRecord =
  | { status: 'done'; outcome: Outcome }
  | { status: 'ignored'; key: string | undefined; reason: string }
  | { status: 'retry'; cause: Error };

/** Processes all records of an event together and reports each; one result a record, in order. */
export async function settleRecords(
  records: EventRecord[],
  { parts, reporter, coldStart }: Invocation,
): Promise<SettledRecord[]> {
  const uploads = records.flatMap((record) => (record.action === 'process' ? [record.upload] : []));
  const { results, outcomes } = await processBatch(uploads, parts, { coldStart });
  for (const outcome of outcomes) reporter.outcome(outcome);

  const remaining = results.values();
  return records.map((record): SettledRecord => {
    switch (record.action) {
      case 'ignore':
        reporter.ignored(record);
        return { status: 'ignored', key: record.key, reason: record.reason };
      case 'refuse':
        reporter.refused(record);
        return { status: 'retry', cause: new Error(`Refused: ${record.reason}`) };
      case 'process': {
        const result = remaining.next().value as UploadResult;
        if ('outcome' in result) return { status: 'done', outcome: result.outcome };
        reporter.retried(record.upload, result.error);
        return { status: 'retry', cause: asError(result.error) };
      }
    }
  });
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}
