import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStatistics } from '../../src/app/open-statistics.ts';
import { createPostgresSampler } from '../../src/ledger/sample.ts';
import {
  CompareSchema,
  DistributionSchema,
  StatsSchema,
  TimelineSchema,
} from '../../src/server/api/report-schemas.ts';
import { roundNumbers } from '../../src/server/api/round-numbers.ts';
import type { Problem } from '../../src/server/api/schemas.ts';
import {
  type CompareReport,
  reportStats,
  type StatsReport,
  sampleRows,
  type TimelineReport,
} from '../../src/stats/index.ts';
import { convertedOutcome, entriesOf, failedOutcome } from '../../testing/outcomes.ts';
import { read, startApi, type TestApi } from '../../testing/server.ts';

let api: TestApi;
const perVersion = 40;
beforeAll(async () => {
  api = await startApi();
  const { createPostgresLedger } = await import('../../src/ledger/record.ts');
  for (const [version, decodeMs] of [
    ['0.1.0', 100],
    ['0.2.0', 50],
  ] as const) {
    const outcomes = Array.from({ length: perVersion }, (_, i) => {
      const outcome = convertedOutcome({ key: `${version}-${i}` });
      outcome.stages.decode = decodeMs + i;
      return outcome;
    });
    const ledger = createPostgresLedger(api.database, { processorVersion: version });
    await ledger.record(entriesOf(...outcomes, failedOutcome({ key: `${version}-bad` })));
  }
});
afterAll(() => api.close());

async function getReport<Report>(path: string): Promise<Report> {
  const response = await api.request(path);
  const text = await response.text();
  expect(response.status, text).toBe(200);
  return JSON.parse(text);
}

const times = 'since=2026-01-01&until=2100-01-01';
const window = { sinceMs: Date.parse('2026-01-01'), untilMs: Date.parse('2100-01-01') };

test('the report is the same as on the command line', async () => {
  const { prices, close } = await openStatistics(api.parts.config);
  const sample = await sampleRows(createPostgresSampler(api.database), window);
  const expected = reportStats(sample, { window, by: 'version', prices });
  await close();
  const report = await getReport<StatsReport>(`/v1/stats?by=version&${times}`);
  expect(report).toEqual(roundNumbers(JSON.parse(JSON.stringify(expected))));
  expect(report).toMatchObject({ converted: 2 * perVersion, failed: 2 });
  expect(report.groups.map(({ name }) => name).sort()).toEqual(['0.1.0', '0.2.0']);
});

test('reports whether one release is faster than another', async () => {
  const path = `/v1/stats/compare?baseline=0.1.0&candidate=0.2.0&${times}`;
  const report = await getReport<CompareReport>(path);
  expect(report.image.comparison).toMatchObject({
    verdict: 'faster',
    n: { candidate: perVersion, baseline: perVersion },
  });
  expect(report.image.sentence).toContain('faster');
  expect(report.isRegression).toBe(false);

  const back = `/v1/stats/compare?baseline=0.2.0&candidate=0.1.0&${times}`;
  expect((await getReport<CompareReport>(back)).isRegression).toBe(true);
  expect((await getReport<CompareReport>(`${back}&tolerance=900`)).isRegression).toBe(false);
});

test('also compares periods, and reports when there is nothing to compare', async () => {
  const report = await getReport<CompareReport>(
    '/v1/stats/compare?baseline=48h..24h&candidate=24h..',
  );
  expect(report.image.comparison).toMatchObject({
    verdict: 'unknown',
    reason: 'too few rows',
    n: { candidate: 2 * perVersion, baseline: 0 },
  });
});

test('divides a period into parts', async () => {
  const { buckets } = await getReport<TimelineReport>('/v1/stats/timeline?since=1h&buckets=6');
  expect(buckets).toHaveLength(6);
  expect(buckets.at(-1)).toMatchObject({ converted: 2 * perVersion, failed: 2 });
  expect(buckets[0]).toMatchObject({ converted: 0, durationMs: null });
});

test.each([
  ['/v1/stats', StatsSchema],
  ['/v1/stats?by=size&since=2100-01-01&until=2100-01-02', StatsSchema],
  ['/v1/stats/timeline', TimelineSchema],
  ['/v1/stats/distribution', DistributionSchema],
  ['/v1/stats/compare?baseline=0.1.0&candidate=0.2.0', CompareSchema],
  ['/v1/stats/compare?baseline=none&candidate=0.2.0', CompareSchema],
])('%s matches the OpenAPI document, field by field', async (path, schema) => {
  const report = await getReport(path);
  expect(schema.parse(report)).toEqual(report);
});

describe('refuses', () => {
  test.each([
    ['/v1/stats?since=tomorrow', 'since'],
    ['/v1/stats?since=2100-01-01', 'since'],
    ['/v1/stats?by=colour', 'by'],
    ['/v1/stats/timeline?buckets=501', 'buckets'],
    ['/v1/stats/compare?baseline=0.1.0', 'candidate'],
    ['/v1/stats/compare?baseline=0.1.0&candidate=2026-13-01..', 'candidate'],
    ['/v1/stats/compare?baseline=a&candidate=b&tolerance=-1', 'tolerance'],
  ])('%s', async (path, name) => {
    const response = await api.request(path);
    expect(response.status).toBe(400);
    expect((await read<Problem>(response)).errors).toMatchObject([{ name }]);
  });
});

test('reports a database failure, and recovers afterwards', async () => {
  await api.database.query('ALTER TABLE image_metadata RENAME TO away');
  const response = await api.request('/v1/stats');
  await api.database.query('ALTER TABLE away RENAME TO image_metadata');
  expect(response.status).toBe(503);
  expect((await api.request('/v1/stats')).status).toBe(200);
});

test('a query that times out gets 503 with a faster alternative', async () => {
  await api.database.session(async (client) => {
    await client.query('BEGIN');
    await client.query('LOCK TABLE image_metadata');
    const response = await api.request(`/v1/stats?${times}`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      code: 'TRY_AGAIN',
      detail: expect.stringContaining('Request a shorter time range (since, until), or'),
    });
    await client.query('ROLLBACK');
  });
});
