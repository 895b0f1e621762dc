// Each question of the list is answered by indexes, and reads few rows, wherever these lie.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Postgres } from '../../src/adapters/postgres.ts';
import { createPostgresReader } from '../../src/adapters/postgres-reader.ts';
import type { PageOptions, RowFilter, RowOrder } from '../../src/pipeline/index.ts';
import { explain, recordStatements } from '../support/explain.ts';
import { insertRows } from '../support/ledger-rows.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
  // The old ones lie where a walk through time or durations gets last.
  await insertRows(database, { count: 200, prefix: 'old', version: '0.0.1', since: '2025-12-01' });
  for (let hour = 0; hour < 20; hour += 2) {
    const since = `2026-01-01T${String(hour).padStart(2, '0')}:00:00Z`;
    await insertRows(database, {
      count: 5_000,
      hours: 2,
      since,
      failEvery: 50,
      prefix: `new/${hour}`,
    });
  }
  // A session has no limit of time.
  const change = (text: string) => database.session((client) => client.query(text));
  await change(`
    UPDATE image_metadata SET method = 'red' WHERE source_key LIKE 'old/1%';
    UPDATE image_metadata SET source_bucket = 'legacy' WHERE source_key LIKE 'old/%';
    UPDATE image_metadata SET code = 'SUPERSEDED', status = 'skipped' WHERE code IS NOT NULL AND id % 400 = 0;
    UPDATE image_metadata SET decode_ms = NULL, gray_ms = NULL, encode_ms = NULL, store_ms = NULL,
      verify_ms = NULL WHERE code IS NOT NULL`);
  await change('VACUUM ANALYZE image_metadata');
}, 120_000);
afterAll(() => database.drop());

const limit = 51;
const filters: [name: string, filter: RowFilter][] = [
  ['no filter', {}],
  ['status=converted', { status: 'converted' }],
  ['status=failed', { status: 'failed' }],
  ['status=skipped', { status: 'skipped' }],
  ['a code', { code: 'CORRUPT_IMAGE' }],
  ['a code of which there is no row', { code: 'OUTPUT_TOO_LARGE' }],
  ['a key', { key: 'new/4/7.jpg' }],
  ['a key and its ETag', { key: 'new/4/7.jpg', etag: 'x' }],
  ['a prefix of most rows', { prefix: 'new/' }],
  ['a prefix of old rows', { prefix: 'old/' }],
  ['a prefix of which there is no row', { prefix: 'nobody/' }],
  ['a method of old rows', { method: 'red' }],
  ['a version of old rows', { version: '0.0.1' }],
  ['a bucket of old rows', { bucket: 'legacy' }],
  ['a time', { since: '2026-01-01T03:00:00Z', until: '2026-01-01T04:00:00Z' }],
  ['status=failed and a method', { status: 'failed', method: 'rec601' }],
  ['a code and a prefix', { code: 'CORRUPT_IMAGE', prefix: 'new/1' }],
  ['a version and a time', { version: '0.1.0', since: '2026-01-01T18:00:00Z' }],
];
const orders: RowOrder[] = ['newest', 'oldest', 'slowest', 'fastest'];

describe.each(filters)('%s', (_, filter) => {
  test.each(orders)('%s, by indexes alone', async (order) => {
    for (const after of [undefined, positionOf(order)]) {
      const plans = await plansOf(filter, { order, limit, after });
      for (const { usesIndex, text } of plans) expect(usesIndex, text).toBe(true);
    }
  });
});

describe('reads few rows', () => {
  test.each<[name: string, filter: RowFilter, order: RowOrder, most: number]>([
    ['of conversions, past failures that ended early', { status: 'converted' }, 'fastest', 60],
    ['of failures, past conversions that took longer', { status: 'failed' }, 'slowest', 70],
    ['of one code', { code: 'CORRUPT_IMAGE' }, 'slowest', 60],
    ['of all, by duration', {}, 'slowest', 110],
    // 5,000 that come first, 200 in the index, 51 of them whole.
    ['with a prefix, past all that are newer', { prefix: 'old/' }, 'newest', 5_300],
    ['of a bucket, past all that are newer', { bucket: 'legacy' }, 'newest', 60],
    ['with a prefix of most', { prefix: 'new/' }, 'newest', 110],
  ])('%s', async (_, filter, order, most) => {
    const plans = await plansOf(filter, { order, limit });
    const read = plans.reduce((sum, { rowsRead }) => sum + rowsRead, 0);
    expect(read, plans.map(({ text }) => text).join('\n')).toBeLessThanOrEqual(most);
  });
});

test('a prefix whose rows lie far away gives the same page as sorting them all', async () => {
  const reader = createPostgresReader(database);
  for (const filter of [{ prefix: 'old/' }, { prefix: 'old/1', method: 'red' }, { prefix: '' }]) {
    for (const order of ['newest', 'oldest'] as const) {
      const listed: string[] = [];
      let after: PageOptions['after'];
      for (let page = 0; page < 3; page++) {
        const rows = await reader.list(filter, { order, limit: 40, after });
        listed.push(...rows.map(({ id }) => id));
        const last = rows.at(-1);
        if (last) after = { value: last.recordedAt, id: last.id };
      }
      const direction = order === 'newest' ? 'DESC' : 'ASC';
      const { rows } = await database.query(
        `SELECT id FROM image_metadata WHERE source_key LIKE $1 AND ($2::text IS NULL OR method = $2)
         ORDER BY recorded_at ${direction}, id ${direction} LIMIT 120`,
        [`${filter.prefix}%`, filter.method ?? null],
      );
      expect(listed).toEqual(rows.map(({ id }) => id));
    }
  }
});

/** Somewhere in the middle. */
function positionOf(order: RowOrder): PageOptions['after'] {
  const isByTime = order === 'newest' || order === 'oldest';
  return { value: isByTime ? '2026-01-01T12:00:00Z' : 60, id: '20000' };
}

async function plansOf(filter: RowFilter, page: PageOptions) {
  const recorded = recordStatements(database);
  await createPostgresReader(recorded as Pick<Postgres, 'query'>).list(filter, page);
  const plans = [];
  for (const statement of recorded.take()) plans.push(await explain(database, statement));
  return plans;
}
