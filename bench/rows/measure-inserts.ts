import type { Postgres } from '../../src/ledger/connect.ts';
import { createPostgresLedger } from '../../src/ledger/record.ts';
import { createRandom, percentile, sortedSample } from '../../src/stats/samples/index.ts';
import { convertedOutcome, entriesOf } from '../../testing/outcomes.ts';

export interface InsertResult {
  /** Number of rows in the table at the beginning. */
  rows: number;
  batches: number;
  p50Ms: number;
  p95Ms: number;
  maxMs: number;
}

export const batchRows = 100;
const bucket = 'bench-inserts';

/** Writes batches through the real ledger, and deletes them again. */
export async function measureInserts(
  postgres: Postgres,
  { rows, batches }: { rows: number; batches: number },
): Promise<InsertResult> {
  const ledger = createPostgresLedger(postgres, { processorVersion: '0.6.0' });
  const random = createRandom(rows + 1);
  const times: number[] = [];
  const since = new Date();
  for (let batch = -5; batch < batches; batch++) {
    const outcomes = Array.from({ length: batchRows }, (_, i) => outcomeOf(batch, i, random));
    const startedAt = performance.now();
    await ledger.record(entriesOf(...outcomes));
    if (batch >= 0) times.push(performance.now() - startedAt);
  }
  await postgres.query(
    'DELETE FROM image_metadata WHERE recorded_at >= $1 AND source_bucket = $2',
    [since, bucket],
  );
  const sample = sortedSample(times);
  return {
    rows,
    batches,
    p50Ms: percentile(sample, 0.5),
    p95Ms: percentile(sample, 0.95),
    maxMs: percentile(sample, 1),
  };
}

/** Keys and times that are spread over the whole indexes. */
function outcomeOf(batch: number, i: number, random: () => number) {
  const key = `customers/${Math.floor(random() * 20_000)}/new_${batch}_${i}.jpg`;
  const outcome = convertedOutcome({ key, bucket });
  const pace = Math.exp(2 * random() - 1);
  outcome.stages = { queue: 100, fetch: 12, decode: 30 * pace, gray: 4, encode: 24, store: 18 };
  return outcome;
}
