// Each question of the list is answered by indexes, and reads few rows, wherever these lie.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Postgres } from '../../src/ledger/connect.ts';
import type { PageOptions, RowFilter, RowOrder } from '../../src/ledger/ledger-reader.ts';
import { createPostgresReader } from '../../src/ledger/read.ts';
import { explain, recordStatements } from '../../testing/explain.ts';
import { insertRows } from '../../testing/ledger-rows.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';

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
      failEvery: 10,
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
      verify_ms = NULL WHERE code IS NOT NULL;
    UPDATE image_metadata SET processor_version = '0.2.0' WHERE id % 3 = 0 AND source_key LIKE 'new/%';
    UPDATE image_metadata SET method = 'luminance' WHERE id % 10 = 0 AND source_key LIKE 'new/%';
    INSERT INTO image_metadata (file_name, recorded_at)
      SELECT 'original.png', '2026-01-01T12:00:00Z' FROM generate_series(1, 100)`);
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
  ['a method and a version of which there is no row', { method: 'luminance', version: '0.0.1' }],
  [
    'a prefix, a method and a time',
    { prefix: 'new/1', method: 'luminance', until: '2026-01-01T12:00:00Z' },
  ],
];
const orders: RowOrder[] = ['newest', 'oldest', 'slowest', 'fastest'];

describe.each(filters)('%s', (_, filter) => {
  test.each(orders)('%s, by indexes alone', async (order) => {
    for (const after of [undefined, positionOf(order)]) {
      const plans = await plansOf(database, filter, { order, limit, after });
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
    // 5,000 that come first, 200 in the index.
    ['with a prefix, past all that are newer', { prefix: 'old/' }, 'newest', 5_250],
    ['with a prefix, past all that are quicker', { prefix: 'old/' }, 'fastest', 2_250],
    ['with a prefix of most', { prefix: 'new/' }, 'newest', 5_010],
    ['of a bucket, past all that are newer', { bucket: 'legacy' }, 'newest', 120],
    ['of a version, past all that are quicker', { version: '0.0.1' }, 'fastest', 120],
    // A page of each of four groups, two versions converted and failed.
    ['of a method, in each of its groups', { method: 'luminance' }, 'slowest', 220],
    ['of a method with a version', { method: 'luminance', version: '0.0.1' }, 'newest', 10],
    ['of failures with a version', { status: 'failed', version: '0.0.1' }, 'newest', 10],
    // What ended early comes first; luminance has two versions, and all else three statuses of both.
    ['of conversions of a method', { status: 'converted', method: 'luminance' }, 'fastest', 120],
    // 50,000 that come first, and the 200 of the version.
    ['of a version of another time', { version: '0.0.1', since: '2026-01-01' }, 'slowest', 50_250],
  ])('%s', (_, filter, order, most) => expectFewRead(database, { filter, order, most }));
});

// The planner thinks best of the index of all rows where there are few groups.
describe('where almost all rows are of one kind, reads few rows', () => {
  let alike: TestDatabase;
  beforeAll(async () => {
    alike = await createDatabase();
    await insertRows(alike, { count: 300, prefix: 'old', since: '2025-12-01' });
    await insertRows(alike, { count: 30_000, prefix: 'new', failEvery: 20 });
    await alike.session(async (client) => {
      await client.query(
        "UPDATE image_metadata SET source_bucket = 'legacy' WHERE source_key LIKE 'old/%'",
      );
      await client.query('VACUUM ANALYZE image_metadata');
    });
  }, 60_000);
  afterAll(() => alike.drop());

  const middle = {
    newest: '2025-12-01T12:00:00Z',
    oldest: '2025-12-01T12:00:00Z',
    slowest: 60,
    fastest: 60,
  };

  describe.each<[name: string, filter: RowFilter]>([
    ['of an old bucket', { bucket: 'legacy' }],
    ['of an old bucket, converted', { bucket: 'legacy', status: 'converted' }],
    ['of the method of all', { method: 'rec601' }],
    ['of the method of all, converted', { method: 'rec601', status: 'converted' }],
  ])('%s', (_, filter) => {
    test.each(orders)('%s', async (order) => {
      await expectFewRead(alike, { filter, order, most: 170 });
      const after = { value: middle[order], id: '150' };
      await expectFewRead(alike, { filter, order, after, most: 170 });
    });
  });

  test('of conversions of one time, sorted by duration, without reading the table', async () => {
    const filter = { status: 'converted', bucket: 'nobody', since: '2026-01-01' } as const;
    const [near] = await plansOf(alike, filter, { order: 'slowest', limit });
    expect(near?.nodes).toContain('Index Only Scan converted_duration');
    expect(near?.nodes.join()).not.toMatch(/Index Scan (?!pkey)|Heap/);
  });
});

interface FewRead extends Pick<PageOptions, 'order' | 'after'> {
  filter: RowFilter;
  most: number;
}

/** The page itself is read by the primary key, twice where there were too few in the first place. */
async function expectFewRead(of: TestDatabase, { filter, order, after, most }: FewRead) {
  const plans = await plansOf(of, filter, { order, limit, after });
  const page = await createPostgresReader(of).list(filter, { order, limit, after });
  const read = plans.reduce((sum, { rowsRead }) => sum + rowsRead, 0) - page.length;
  expect(read, plans.map(({ text }) => text).join('\n')).toBeLessThanOrEqual(most);
}

const asked = {
  status: fc.constantFrom('converted', 'failed', 'skipped'),
  code: fc.constantFrom('CORRUPT_IMAGE', 'SUPERSEDED'),
  bucket: fc.constantFrom('legacy', 'uploads', 'nobody'),
  prefix: fc.constantFrom('', 'old/', 'old/17.jpg', 'new/1', 'new/4/7', 'new/', 'o\u{10ffff}'),
  method: fc.constantFrom('red', 'rec601', 'luminance'),
  version: fc.constantFrom('0.0.1', '0.1.0', '0.2.0', '0.3.0'),
  since: fc.constantFrom('2025-12-01T12:00:00Z', '2026-01-01T12:00:00Z', '2026-01-01T19:59:00Z'),
  until: fc.constantFrom('2025-12-01T18:00:00Z', '2026-01-01T13:00:00Z'),
};

const names = Object.keys(asked) as (keyof typeof asked)[];

/** Up to three at once: of more, few rows would be left. */
const anyFilter = fc
  .tuple(fc.record(asked), fc.subarray(names, { maxLength: 3 }))
  .map(([all, some]): RowFilter => Object.fromEntries(some.map((name) => [name, all[name]])));

test('gives the pages that sorting all rows gives, whatever is asked together', async () => {
  const reader = createPostgresReader(database);
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
      expect(listed).toEqual(await sortedIds(filter, order, 120));
    }),
    { numRuns: 300 },
  );
}, 120_000);

/** By the plainest query there is. */
async function sortedIds(filter: RowFilter, order: RowOrder, count: number): Promise<string[]> {
  const by = {
    newest: 'recorded_at DESC, rows.id DESC',
    oldest: 'recorded_at, rows.id',
    slowest: 'duration_ms DESC, rows.id DESC',
    fastest: 'duration_ms, rows.id',
  }[order];
  const { status, code, bucket, prefix, method, version, since, until } = filter;
  const { rows } = await database.query(
    `SELECT id::text AS id FROM image_metadata AS rows
     WHERE ($1::text IS NULL OR status = $1) AND ($2::text IS NULL OR code = $2)
       AND ($3::text IS NULL OR source_bucket = $3) AND ($4::text IS NULL OR starts_with(source_key, $4))
       AND ($5::text IS NULL OR method = $5) AND ($6::text IS NULL OR processor_version = $6)
       AND ($7::timestamptz IS NULL OR recorded_at >= $7) AND ($8::timestamptz IS NULL OR recorded_at < $8)
     ORDER BY ${by} LIMIT ${count}`,
    [status, code, bucket, prefix, method, version, since, until],
  );
  return rows.map(({ id }) => id);
}

/** Somewhere in the middle. */
function positionOf(order: RowOrder): PageOptions['after'] {
  const isByTime = order === 'newest' || order === 'oldest';
  return { value: isByTime ? '2026-01-01T12:00:00Z' : 60, id: '20000' };
}

async function plansOf(of: TestDatabase, filter: RowFilter, page: PageOptions) {
  const recorded = recordStatements(of);
  await createPostgresReader(recorded as Pick<Postgres, 'query'>).list(filter, page);
  const plans = [];
  for (const statement of recorded.take()) plans.push(await explain(of, statement));
  return plans;
}
