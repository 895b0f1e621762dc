import type { LedgerReader, LedgerRow, RowPosition } from '../ledger/ledger-reader.ts';
import type { Upload } from '../pipeline/index.ts';
import { addOutcomes, type Destination, type OutcomeCounts, zeroOutcomes } from './destinations.ts';
import { createRateLimiter, groupSizeOf } from './rate-limit.ts';

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
 * Submits the failed uploads of the ledger again, oldest first. An upload that fails again gets a
 * newer row, which this run does not read, so the run ends.
 */
export async function retryFailed(options: RetryOptions): Promise<RetryResult> {
  const { reader, bucket, code, sinceMs, destination, signal } = options;
  const waitForTurn = createRateLimiter(options.ratePerSecond);
  const since = sinceMs === undefined ? undefined : new Date(sinceMs).toISOString();
  const filter = {
    status: 'failed',
    bucket,
    code,
    since,
    until: new Date().toISOString(),
  } as const;
  const seen = new Set<string>();
  const result: RetryResult = {
    rowsByCode: {},
    keys: 0,
    outcomes: zeroOutcomes,
    isFinished: false,
  };
  const groupSize = groupSizeOf(destination, options.ratePerSecond);
  for await (const rows of listPages(reader, filter)) {
    for (const { code } of rows.filter(hasSource)) {
      result.rowsByCode[code ?? ''] = (result.rowsByCode[code ?? ''] ?? 0) + 1;
    }
    const uploads = rows.filter(hasSource).map(toUpload).filter(isFirstOfKey);
    for (let from = 0; from < uploads.length; from += groupSize) {
      const group = uploads.slice(from, from + groupSize);
      if (destination) {
        if (!(await waitForTurn(group.length, signal))) return result;
        result.outcomes = addOutcomes(result.outcomes, await destination.submit(group));
      }
      result.keys += group.length;
    }
    if (signal.aborted) return result;
  }
  return { ...result, isFinished: true };

  function isFirstOfKey({ bucket, key }: Upload): boolean {
    const name = `${bucket}/${key}`;
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  }
}

async function* listPages(
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

type RowWithSource = LedgerRow & { sourceBucket: string; sourceKey: string };

function hasSource(row: LedgerRow): row is RowWithSource {
  return row.sourceBucket !== null && row.sourceKey !== null;
}

function toUpload({
  sourceBucket: bucket,
  sourceKey: key,
  sourceSizeBytes,
}: RowWithSource): Upload {
  return { bucket, key, ...(sourceSizeBytes !== null && { sizeBytes: sourceSizeBytes }) };
}
