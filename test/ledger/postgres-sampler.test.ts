import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Postgres } from '../../src/ledger/connect.ts';
import { SchemaOutdatedError } from '../../src/ledger/errors.ts';
import { createPostgresLedger } from '../../src/ledger/record.ts';
import { createPostgresSampler } from '../../src/ledger/sample.ts';
import { createRandom } from '../../src/stats/samples/index.ts';
import { insertRows } from '../../testing/ledger-rows.ts';
import {
  convertedOutcome,
  entriesOf,
  failedOutcome,
  skippedOutcome,
} from '../../testing/outcomes.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';

const window = { sinceMs: Date.UTC(2026, 0, 1), untilMs: Date.UTC(2026, 0, 2) };
const options = (maxRows: number, seed = 1) => ({ maxRows, random: createRandom(seed) });

describe('the sampler of PostgreSQL', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    await database.query('TRUNCATE image_metadata RESTART IDENTITY');
  });

  const sample = (maxRows: number, seed?: number) =>
    createPostgresSampler(database).sample(window, options(maxRows, seed));

  test('reads what the ledger wrote', async () => {
    const ledger = createPostgresLedger(database, { processorVersion: '1.2.3' });
    await ledger.record(
      entriesOf(
        convertedOutcome({ key: 'c' }),
        failedOutcome({ key: 'f' }),
        skippedOutcome({ key: 's' }),
      ),
    );
    const now = Date.now();
    const read = await createPostgresSampler(database).sample(
      { sinceMs: now - 60_000, untilMs: now + 60_000 },
      options(10),
    );
    expect(read).toMatchObject({ images: 3, isWhole: true });
    expect(read.failures).toEqual([
      { status: 'failed', code: 'CORRUPT_IMAGE', images: 1 },
      { status: 'skipped', code: 'SUPERSEDED', images: 1 },
    ]);
    const row = read.rows.find(({ status }) => status === 'converted');
    expect(row).toEqual({
      recordedAtMs: expect.any(Number),
      status: 'converted',
      code: null,
      processorVersion: '1.2.3',
      inputFormat: 'jpeg',
      outputFormat: 'png',
      sourceSizeBytes: 1_000,
      outputSizeBytes: 500,
      megapixels: 0.0012,
      stagesMs: { queue: 1, fetch: 2, decode: 3.5, gray: 4, encode: 5, store: 6, verify: 7 },
    });
    expect(Math.abs((row?.recordedAtMs ?? 0) - now)).toBeLessThan(60_000);
  });

  test('reads the rows of the window, including its start and excluding its end', async () => {
    for (const [prefix, since] of [
      ['before', '2025-12-31T23:59:59.999999Z'],
      ['first', '2026-01-01T00:00:00Z'],
      ['last', '2026-01-01T23:59:59.999999Z'],
      ['after', '2026-01-02T00:00:00Z'],
    ] as const) {
      await insertRows(database, { count: 1, since, prefix });
    }
    const { rows } = await sample(10);
    expect(rows.map(({ recordedAtMs }) => Math.round(recordedAtMs))).toEqual([
      window.untilMs,
      window.sinceMs,
    ]);
  });

  test('counts rows of the original, and knows nothing else about them', async () => {
    await database.query(
      "INSERT INTO image_metadata (file_name, timestamp, recorded_at) VALUES ('gray_a.jpg', now(), '2026-01-01T12:00:00Z')",
    );
    const { rows, images, failures } = await sample(10);
    expect([images, failures]).toEqual([1, []]);
    expect(rows).toMatchObject([
      { status: 'converted', megapixels: null, stagesMs: { decode: null } },
    ]);
  });

  test('finds nothing in an empty table', async () => {
    expect(await sample(10)).toEqual({ rows: [], images: 0, isWhole: true, failures: [] });
  });

  describe('of more rows than the maximum', () => {
    beforeEach(async () => {
      await insertRows(database, { count: 500, since: '2025-12-31T00:00:00Z', prefix: 'before' });
      await insertRows(database, { count: 5_000, failEvery: 1_000 });
      await insertRows(database, { count: 500, since: '2026-01-02T00:00:00Z', prefix: 'after' });
    });

    test('draws the maximum from the window, and counts failures', async () => {
      const { rows, images, isWhole, failures } = await sample(1_000);
      expect(isWhole).toBe(false);
      expect(rows).toHaveLength(1_000);
      expect(new Set(rows.map(({ recordedAtMs }) => recordedAtMs)).size).toBe(1_000);
      expect(
        rows.every(({ recordedAtMs: ms }) => ms >= window.sinceMs && ms < window.untilMs),
      ).toBe(true);
      expect(images).toBe(5_000);
      expect(failures).toEqual([{ status: 'failed', code: 'CORRUPT_IMAGE', images: 5 }]);
    });

    test('draws the same rows for the same seed', async () => {
      const times = async (seed: number) =>
        (await sample(50, seed)).rows.map((row) => row.recordedAtMs);
      expect(await times(1)).toEqual(await times(1));
      expect(await times(1)).not.toEqual(await times(2));
    });

    test('draws evenly from the whole window', async () => {
      const { rows } = await sample(2_000);
      const quarters = Map.groupBy(rows, ({ recordedAtMs }) =>
        Math.floor((recordedAtMs - window.sinceMs) / 21_600_000),
      );
      // 500 each; 5 standard deviations are 97.
      for (const quarter of [0, 1, 2, 3]) {
        expect(Math.abs((quarters.get(quarter)?.length ?? 0) - 500)).toBeLessThan(97);
      }
    });

    test('estimates the number of rows when ids are missing', async () => {
      await database.query(
        'DELETE FROM image_metadata WHERE id % 3 = 0 AND id BETWEEN 501 AND 5500',
      );
      const { rows, images } = await sample(2_000);
      expect(rows.length).toBeLessThan(1_500);
      expect(Math.abs(images - 3_333)).toBeLessThan(250);
    });

    test('is not misled by an old row that was recorded again', async () => {
      await database.query(
        "UPDATE image_metadata SET recorded_at = '2026-01-01', attempts = 2 WHERE id IN (1, 2)",
      );
      const { rows } = await sample(1_000);
      expect(rows).toHaveLength(1_000);
    });

    test('reads only with indexes', async () => {
      await database.query('VACUUM ANALYZE image_metadata');
      const plans: string[] = [];
      const explainingPostgres: Pick<Postgres, 'query'> = {
        async query(text, values) {
          const { rows } = await database.query(`EXPLAIN ${text}`, values);
          plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
          return await database.query(text, values);
        },
      };
      await createPostgresSampler(explainingPostgres).sample(window, options(100));
      expect(plans).toHaveLength(4);
      for (const plan of plans) expect(plan).not.toMatch(/Seq Scan/);
    });
  });
});

test.each([
  ['no table', 'SELECT 1'],
  [
    'the original’s table',
    'CREATE TABLE image_metadata (id SERIAL PRIMARY KEY, file_name VARCHAR(255) NOT NULL, timestamp TIMESTAMP)',
  ],
])('reports that a database with %s must be migrated', async (_, statement) => {
  const database = await createDatabase({ migrated: false });
  await database.query(statement);
  const sampling = createPostgresSampler(database).sample(window, options(10));
  await expect(sampling).rejects.toThrow(SchemaOutdatedError);
  await expect(sampling).rejects.toThrow(/does not exist\. Run `npx grayscale migrate`\./);
  await database.drop();
});
