import type { LedgerReader, LedgerRow, RowPosition } from '../ledger/ledger-reader.ts';
import type { Upload } from '../pipeline/index.ts';
import { addOutcomes, type Destination, noOutcomes, type OutcomeCounts } from './destinations.ts';
import { createPace, groupSizeOf } from './pace.ts';

interface RetryOptions {
  reader: Pick<LedgerReader, 'list'>;
  /** If absent: every bucket in the ledger. */
  bucket?: string | undefined;
  code?: string | undefined;
  sinceMs?: number | undefined;
  /** Receives the uploads; if absent, they are only counted. */
  destination?: Destination | undefined;
  ratePerSecond?: number | undefined;
  /** When aborted, starts no further group, but finishes the current one. */
  signal: AbortSignal;
}

export interface RetryResult {
  /** Rows to be retried, by code. */
  rowsByCode: Record<string, number>;
  /**
   * Keys to be retried: a key that failed with several contents is retried once, with its current
   * one.
   */
  keys: number;
  outcomes: OutcomeCounts;
  isFinished: boolean;
}

const pageSize = 1_000;

/**
 * Hands over failed uploads of the ledger again, oldest first. An upload that fails again gets a
 * newer row, which this run does not read, so the run ends.
 */
export async function retryFailed(options: RetryOptions): Promise<RetryResult> {
  const { reader, bucket, code, sinceMs, destination, signal } = options;
  const pace = createPace(options.ratePerSecond);
  const since = sinceMs === undefined ? undefined : new Date(sinceMs).toISOString();
  const filter = {
    status: 'failed',
    bucket,
    code,
    since,
    until: new Date().toISOString(),
  } as const;
  const seen = new Set<string>();
  const result: RetryResult = { rowsByCode: {}, keys: 0, outcomes: noOutcomes, isFinished: false };
  const groupSize = groupSizeOf(destination, options.ratePerSecond);
  for await (const rows of pagesOf(reader, filter)) {
    for (const { code: failure } of rows.filter(hasSource)) {
      result.rowsByCode[failure ?? ''] = (result.rowsByCode[failure ?? ''] ?? 0) + 1;
    }
    const uploads = rows.filter(hasSource).map(uploadOf).filter(isNew);
    for (let from = 0; from < uploads.length; from += groupSize) {
      const group = uploads.slice(from, from + groupSize);
      if (destination) {
        if (!(await pace(group.length, signal))) return result;
        result.outcomes = addOutcomes(result.outcomes, await destination.submit(group));
      }
      result.keys += group.length;
    }
    if (signal.aborted) return result;
  }
  return { ...result, isFinished: true };

  function isNew({ bucket, key }: Upload): boolean {
    const name = `${bucket}/${key}`;
    return !seen.has(name) && Boolean(seen.add(name));
  }
}

async function* pagesOf(
  reader: RetryOptions['reader'],
  filter: Parameters<LedgerReader['list']>[0],
): AsyncGenerator<LedgerRow[]> {
  let after: RowPosition | undefined;
  do {
    const rows = await reader.list(filter, { order: 'oldest', limit: pageSize, after });
    const last = rows.length === pageSize ? rows.at(-1) : undefined;
    after = last && { value: last.recordedAt, id: last.id };
    yield rows;
  } while (after);
}

type RowOfSource = LedgerRow & { sourceBucket: string; sourceKey: string };

function hasSource(row: LedgerRow): row is RowOfSource {
  return row.sourceBucket !== null && row.sourceKey !== null;
}

function uploadOf({ sourceBucket: bucket, sourceKey: key, sourceSizeBytes }: RowOfSource): Upload {
  return { bucket, key, ...(sourceSizeBytes !== null && { sizeBytes: sourceSizeBytes }) };
}
