import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresSampler } from '../../src/ledger/sample.ts';
import type { LedgerSample, SampledRow } from '../../src/stats/index.ts';
import {
  reportDistribution,
  reportStats,
  reportTimeline,
  sampleRows,
} from '../../src/stats/index.ts';
import { insertRows } from '../../testing/ledger-rows.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';

const window = { sinceMs: Date.UTC(2026, 0, 1), untilMs: Date.UTC(2026, 0, 2) };
const prices = {
  memoryMb: 2_048,
  usdPerGbSecond: 0.00002,
  usdPerMillionRequests: 0.2,
  asOf: 'a test',
};
const empty: LedgerSample = { rows: [], images: 0, isWhole: true, failures: [] };

const duration =
  'coalesce(fetch_ms, 0) + coalesce(decode_ms, 0) + coalesce(gray_ms, 0) + coalesce(encode_ms, 0) + coalesce(store_ms, 0) + coalesce(verify_ms, 0)';

describe('reports on a real table', () => {
  let database: TestDatabase;
  let sample: LedgerSample;
  beforeAll(async () => {
    database = await createDatabase();
    await insertRows(database, { count: 2_000, failEvery: 100 });
    await insertRows(database, { count: 500, version: '0.2.0', megapixels: 12 });
    await database.query(
      "INSERT INTO image_metadata (file_name, recorded_at) VALUES ('of the original', '2026-01-01T12:00:00Z')",
    );
    sample = await sampleRows(createPostgresSampler(database), window);
  });
  afterAll(() => database.drop());

  const one = async (select: string) =>
    (await database.query(`SELECT ${select} FROM image_metadata WHERE status = 'converted'`))
      .rows[0];

  test('compute the same percentiles as SQL', async () => {
    const { durationMs } = reportStats(sample, { window, by: 'stage', prices });
    const expected = await one(
      `percentile_cont(ARRAY[0.5, 0.9, 0.95, 0.99]) WITHIN GROUP (ORDER BY ${duration}) FILTER (WHERE decode_ms IS NOT NULL) AS ms`,
    );
    const { p50, p90, p95, p99, count, histogram } = durationMs ?? expect.fail();
    for (const [i, estimate] of [p50, p90, p95, p99].entries()) {
      expect(estimate.ms).toBeCloseTo(expected.ms[i], 8);
      expect(estimate.interval?.low).toBeLessThanOrEqual(estimate.ms);
      expect(estimate.interval?.high).toBeGreaterThanOrEqual(estimate.ms);
    }
    expect(count).toBe(2_480);
    expect(histogram.reduce((sum, bin) => sum + bin.count, 0)).toBe(2_480);
  });

  test('count the outcomes', () => {
    const report = reportStats(sample, { window, by: 'stage', prices });
    expect(report).toMatchObject({
      since: '2026-01-01T00:00:00.000Z',
      until: '2026-01-02T00:00:00.000Z',
      rows: 2_501,
      images: 2_501,
      isWhole: true,
      converted: 2_481,
      failed: 20,
      skipped: 0,
      failures: [{ status: 'failed', code: 'CORRUPT_IMAGE', images: 20 }],
    });
    expect(report.throughput.imagesPerHour).toBeCloseTo(2_481 / 24, 10);
  });

  test('add up bytes and cost like SQL', async () => {
    const report = reportStats(sample, { window, by: 'stage', prices });
    const bytes = await one(
      'sum(source_size_bytes)::float8 AS source, sum(output_size_bytes)::float8 AS output',
    );
    expect(report.bytes).toEqual(bytes);
    const { rows } = await database.query(`SELECT sum(${duration}) AS ms FROM image_metadata`);
    const gbSeconds = (rows[0].ms / 1_000) * 2;
    expect(report.cost.gbSeconds).toBeCloseTo(gbSeconds, 6);
    expect(report.cost.usd).toBeCloseTo(gbSeconds * 0.00002 + 2_500 * 0.0000002, 9);
  });

  test.each([
    ['stage', ['queue', 'fetch', 'decode', 'gray', 'encode', 'store', 'verify']],
    ['version', ['0.1.0', '0.2.0', 'unknown']],
    ['format', ['jpeg to png', 'png to png', 'unknown']],
    ['size', ['0.5 to 2 MP', '2 to 8 MP', '8 to 24 MP', '24 MP and more', 'unknown']],
  ] as const)('group by %s', (by, names) => {
    const { groups } = reportStats(sample, { window, by, prices });
    expect(groups.map(({ name }) => name)).toEqual(names);
    const counted = groups.reduce((sum, { timesMs }) => sum + (timesMs?.count ?? 0), 0);
    expect(counted).toBe(by === 'stage' ? 7 * 2_480 : 2_480);
  });

  test('include the median of a stage', async () => {
    const { groups } = reportStats(sample, { window, by: 'stage', prices });
    const expected = await one('percentile_cont(0.5) WITHIN GROUP (ORDER BY encode_ms) AS ms');
    const encode = groups.find(({ name }) => name === 'encode');
    expect(encode?.timesMs?.p50.ms).toBeCloseTo(expected.ms, 8);
  });

  test('divide a period into buckets', async () => {
    const { buckets } = reportTimeline(sample, { window, buckets: 24 });
    const { rows } = await database.query(
      `SELECT
         count(*) FILTER (WHERE status = 'converted')::int AS converted,
         count(*) FILTER (WHERE status = 'failed')::int AS failed, 0 AS skipped,
         (sum(source_size_bytes) FILTER (WHERE status = 'converted'))::float8 AS "sourceBytes",
         percentile_cont(0.95) WITHIN GROUP (ORDER BY ${duration})
           FILTER (WHERE status = 'converted' AND decode_ms IS NOT NULL) AS p95
       FROM image_metadata GROUP BY date_trunc('hour', recorded_at) ORDER BY date_trunc('hour', recorded_at)`,
    );
    expect(buckets).toHaveLength(24);
    for (const [i, { p95, ...row }] of rows.entries()) {
      expect(buckets[i]).toMatchObject(row);
      expect(buckets[i]?.durationMs?.p95).toBeCloseTo(p95, 8);
    }
    expect(buckets[1]?.from).toBe('2026-01-01T01:00:00.000Z');
    expect(buckets.at(-1)?.to).toBe('2026-01-02T00:00:00.000Z');
  });

  test('show the distribution, and duration by size', () => {
    const { histogram, ecdf, points } = reportDistribution(sample, { window, maxPoints: 300 });
    expect(histogram.reduce((sum, bin) => sum + bin.count, 0)).toBe(2_480);
    expect(ecdf).toHaveLength(200);
    expect(points).toHaveLength(300);
    const known = new Set(sample.rows.map(({ megapixels }) => megapixels));
    for (const { megapixels, durationMs, inputFormat } of points) {
      expect(known).toContain(megapixels);
      expect(durationMs).toBeGreaterThan(0);
      expect(['jpeg', 'png']).toContain(inputFormat);
    }
  });

  test('say that they use a sample, and give totals for all rows', async () => {
    const whole = reportStats(sample, { window, by: 'stage', prices });
    const part = await createPostgresSampler(database).sample(window, {
      maxRows: 1_000,
      random: seeded(),
    });
    const report = reportStats(part, { window, by: 'stage', prices });
    expect(report).toMatchObject({ rows: 1_000, isWhole: false, failed: 20 });
    // The original’s row has a later id than all rows that were recorded after it, so it is not visible.
    expect(report.images).toBe(2_500);
    // The images of one version are six times as large, so a sum over a thousand varies by some percent.
    expect(Math.abs(report.bytes.source / whole.bytes.source - 1)).toBeLessThan(0.15);
    expect(Math.abs(report.cost.gbSeconds / whole.cost.gbSeconds - 1)).toBeLessThan(0.15);
    const { p50 } = report.durationMs ?? expect.fail();
    expect(p50.interval?.low).toBeLessThan(whole.durationMs?.p50.ms ?? 0);
    expect(p50.interval?.high).toBeGreaterThan(whole.durationMs?.p50.ms ?? 0);
  });
});

describe('reports on an empty table', () => {
  test('are empty', () => {
    expect(reportStats(empty, { window, by: 'version', prices })).toMatchObject({
      images: 0,
      converted: 0,
      durationMs: null,
      groups: [],
      failures: [],
      bytes: { source: 0, output: 0 },
      cost: { gbSeconds: 0, usd: 0 },
      throughput: { imagesPerHour: 0, busiestMinute: 0 },
    });
    const { buckets } = reportTimeline(empty, { window, buckets: 3 });
    expect(buckets.map(({ converted, durationMs }) => [converted, durationMs])).toEqual(
      new Array(3).fill([0, null]),
    );
    expect(reportDistribution(empty, { window })).toMatchObject({
      histogram: [],
      ecdf: [],
      points: [],
    });
  });
});

test('a percentile has an interval when five values are expected beyond it', () => {
  const rows = Array.from({ length: 100 }, (_, i) => timed(i + 1));
  const { durationMs } = reportStats(
    { ...empty, rows, images: 100 },
    { window, by: 'stage', prices },
  );
  expect(durationMs?.p95.interval).not.toBeNull();
  expect(durationMs?.p99.interval).toBeNull();
});

function timed(decode: number): SampledRow {
  return {
    recordedAtMs: window.sinceMs,
    status: 'converted',
    code: null,
    processorVersion: '1',
    inputFormat: 'jpeg',
    outputFormat: 'png',
    sourceSizeBytes: 1,
    outputSizeBytes: 1,
    megapixels: 1,
    stagesMs: { queue: 1_000, fetch: null, decode, gray: 0, encode: 0, store: 0, verify: 0 },
  };
}

function seeded(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
