// List queries that promise to be fast read few rows, wherever these are, and every page is
// correct.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PageOptions, RowFilter, RowOrder } from '../../src/ledger/ledger-reader.ts';
import { listStatement } from '../../src/ledger/list-rows.ts';
import { createPostgresReader } from '../../src/ledger/read.ts';
import { explain, type Plan, recordStatements, type Statement } from '../../testing/explain.ts';
import { insertRows } from '../../testing/ledger-rows.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';

/** Between the old rows and the new ones. */
const day = (i: number) => `2025-12-1${i}T02:00:00Z`;

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
  await fill(database);
}, 120_000);
afterAll(() => database.drop());

/** `share` is how many of the new rows there are: 1 for 20,000. */
async function fill(database: TestDatabase, { share = 1 } = {}): Promise<void> {
  // A scan that starts at the newest row reaches the old ones last.
  await insertRows(database, { count: 200, prefix: 'old', version: '0.0.1', since: '2025-12-01' });
  for (let hour = 0; hour < 20; hour += 2) {
    const since = `2026-01-01T${String(hour).padStart(2, '0')}:00:00Z`;
    await insertRows(database, {
      count: 2_000 * share,
      hours: 2,
      since,
      failEvery: 10,
      prefix: `new/${hour}`,
    });
  }
  for (let i = 1; i < 10; i++) {
    await insertRows(database, { count: 100, hours: 20, prefix: `daily/${i}`, since: day(i) });
  }
  // A session has no time limit.
  const change = (text: string) => database.session((client) => client.query(text));
  await change(`
    UPDATE image_metadata SET method = 'red' WHERE source_key LIKE 'old/1%';
    UPDATE image_metadata SET source_bucket = 'legacy' WHERE source_key LIKE 'old/%';
    UPDATE image_metadata SET code = 'SUPERSEDED', status = 'skipped' WHERE code IS NOT NULL AND id % 400 = 0;
    UPDATE image_metadata SET decode_ms = NULL, gray_ms = NULL, encode_ms = NULL, store_ms = NULL,
      verify_ms = NULL WHERE code IS NOT NULL;
    UPDATE image_metadata SET processor_version = '0.2.0' WHERE id % 3 = 0 AND source_key LIKE 'new/%';
    UPDATE image_metadata SET is_neutral = id % 4 = 0 WHERE id % 2 = 0;
    UPDATE image_metadata SET method = 'luminance' WHERE id % 10 = 0 AND source_key LIKE 'new/%';
    INSERT INTO image_metadata (file_name, recorded_at)
      SELECT 'original.png', '2026-01-01T12:00:00Z' FROM generate_series(1, 100)`);
  await change('VACUUM ANALYZE image_metadata');
}

const limit = 51;
const orders: RowOrder[] = ['newest', 'oldest', 'slowest', 'fastest'];
const middle = { value: '2026-01-01T12:00:00Z', id: '20000' };

// docs/operations.md promises that these are fast on a table of any size.
describe.each<[name: string, filter: RowFilter, maxRowsRead: number]>([
  ['all', {}, 51],
  ['conversions', { status: 'converted' }, 70],
  ['failures', { status: 'failed' }, 51],
  ['skips', { status: 'skipped' }, 51],
  ['a code', { code: 'CORRUPT_IMAGE' }, 51],
  ['a code without rows', { code: 'OUTPUT_TOO_LARGE' }, 0],
  ['a key', { key: 'new/4/7.jpg' }, 1],
  ['a key with a prefix', { key: 'new/4/7.jpg', prefix: 'new/' }, 1],
  ['a key in a bucket', { key: 'new/4/7.jpg', bucket: 'uploads' }, 1],
  ['a key and its ETag', { key: 'new/4/7.jpg', etag: 'x' }, 1],
  ['a time range', { since: '2026-01-01T03:00:00Z', until: '2026-01-01T13:00:00Z' }, 51],
])('a page of %s reads few rows', (_, filter, maxRowsRead) => {
  test.each(['newest', 'oldest'] as const)('%s first', async (order) => {
    for (const after of [undefined, middle]) {
      await expectFewRowsRead({ filter, order, limit, after }, maxRowsRead);
    }
  });
});

// Days are read one by one: their bounds are two rows, and the page is read by its ids.
describe.each<[name: string, filter: RowFilter, order: 'newest' | 'oldest', maxRowsRead: number]>([
  ['of old rows', { prefix: 'old/' }, 'newest', 200 + limit + 2],
  ['of most rows', { prefix: 'new/' }, 'oldest', 20_000 + limit + 2],
  ['of one day among others', { prefix: 'daily/7/' }, 'newest', 100 + limit + 2],
  ['of one day, from there on', { prefix: 'daily/3' }, 'oldest', 100 + limit + 2],
  ['without rows', { prefix: 'unused/' }, 'newest', 2],
  [
    'of one day and a time range',
    { prefix: 'daily/', since: day(5), until: day(6) },
    'newest',
    200 + limit + 2,
  ],
])('a page of a prefix %s', (_, filter, order, maxRowsRead) => {
  test('is read only with the index on day and key', async () => {
    const { nodes, usesIndex } = await expectFewRowsRead({ filter, order, limit }, maxRowsRead);
    expect(usesIndex).toBe(true);
    expect(nodes).toContain('Index Only Scan day');
  });
});

test('a page of output keys is read in index order', async () => {
  const recorded = recordStatements(database);
  const keys = await createPostgresReader(recorded).keysOfOutputs({
    bucket: 'uploads',
    prefix: 'new/',
    output: { bucket: 'uploads', prefix: 'grayscale/' },
    recordedBefore: '2030-01-01T00:00:00Z',
    after: 'new/16',
    limit: 100,
  });
  expect(keys).toHaveLength(100);
  const [statement] = recorded.take();
  const plan = await explain(database, statement as Statement);
  expect(plan.rowsRead, plan.text).toBeLessThanOrEqual(130);
});

interface PageQuery extends PageOptions {
  filter: RowFilter;
}

async function expectFewRowsRead(
  { filter, ...page }: PageQuery,
  maxRowsRead: number,
): Promise<Plan> {
  const { text, values } = listStatement(filter, page);
  const plan = await explain(database, { text, values });
  expect(plan.rowsRead, plan.text).toBeLessThanOrEqual(maxRowsRead);
  return plan;
}

const asked = {
  status: fc.constantFrom('converted', 'failed', 'skipped'),
  code: fc.constantFrom('CORRUPT_IMAGE', 'SUPERSEDED'),
  bucket: fc.constantFrom('legacy', 'uploads', 'unused'),
  key: fc.constantFrom('old/17.jpg', 'new/4/7.jpg'),
  prefix: fc.constantFrom(
    '',
    'old/',
    'old/17.jpg',
    'daily/',
    'new/1',
    'new/4/7',
    'new/',
    'o\u{10ffff}',
  ),
  method: fc.constantFrom('red', 'rec601', 'luminance'),
  neutral: fc.boolean(),
  version: fc.constantFrom('0.0.1', '0.1.0', '0.2.0', '0.3.0'),
  since: fc.constantFrom('2025-12-01T12:00:00Z', '2026-01-01T12:00:00Z', '2026-01-01T19:59:00Z'),
  until: fc.constantFrom('2025-12-01T18:00:00Z', '2026-01-01T13:00:00Z'),
};

const names = Object.keys(asked) as (keyof typeof asked)[];

/** Up to three filters together: more would leave few rows. */
const anyFilter = fc
  .tuple(fc.record(asked), fc.subarray(names, { maxLength: 3 }))
  .map(([all, some]): RowFilter => Object.fromEntries(some.map((name) => [name, all[name]])));

test('returns the pages that sorting all rows returns, for any combination of filters', async () => {
  const small = await createDatabase();
  await fill(small, { share: 0.1 });
  const reader = createPostgresReader(small);
  await fc.assert(
    fc.asyncProperty(anyFilter, fc.constantFrom(...orders), async (filter, order) => {
      const listed: string[] = [];
      let after: PageOptions['after'];
      for (let page = 0; page < 3; page++) {
        const rows = await reader.list(filter, { order, limit: 40, after });
        listed.push(...rows.map(({ id }) => id));
        const last = rows.at(-1);
        if (!last) break;
        const isByTime = order === 'newest' || order === 'oldest';
        after = { value: isByTime ? last.recordedAt : last.durationMs, id: last.id };
      }
      expect(listed).toEqual(await sortedIds(small, filter, order));
    }),
    { numRuns: 300 },
  );
  await small.drop();
}, 60_000);

/** The first 120, with the simplest possible query. */
async function sortedIds(
  database: TestDatabase,
  filter: RowFilter,
  order: RowOrder,
): Promise<string[]> {
  const by = {
    newest: 'recorded_at DESC, rows.id DESC',
    oldest: 'recorded_at, rows.id',
    slowest: 'duration_ms DESC, rows.id DESC',
    fastest: 'duration_ms, rows.id',
  }[order];
  const { status, code, bucket, key, prefix, method, version, since, until, neutral } = filter;
  const { rows } = await database.query(
    `SELECT id::text AS id FROM image_metadata AS rows
     WHERE ($1::text IS NULL OR status = $1) AND ($2::text IS NULL OR code = $2)
       AND ($3::text IS NULL OR source_bucket = $3) AND ($4::text IS NULL OR starts_with(source_key, $4))
       AND ($5::text IS NULL OR method = $5) AND ($6::text IS NULL OR processor_version = $6)
       AND ($7::timestamptz IS NULL OR recorded_at >= $7) AND ($8::timestamptz IS NULL OR recorded_at < $8)
       AND ($9::text IS NULL OR source_key = $9) AND ($10::boolean IS NULL OR is_neutral = $10)
     ORDER BY ${by} LIMIT 120`,
    [status, code, bucket, prefix, method, version, since, until, key, neutral],
  );
  return rows.map(({ id }) => id);
}
