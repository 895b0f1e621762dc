import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tinyPng } from '../support/pipeline.ts';
import { addImage, startApi, type TestApi } from '../support/server.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const json = async (path: string) => await (await api.request(path)).json();

describe('readiness', () => {
  const ok = { ok: true, problem: null };

  test('is there when database, schema and bucket are', async () => {
    expect(await json('/readyz')).toEqual({
      ready: true,
      checks: { database: ok, migrations: ok, store: ok },
    });
  });

  test('is not there while a migration is missing', async () => {
    const { rows } = await api.database.query(
      'DELETE FROM grayscale_migrations WHERE id = (SELECT max(id) FROM grayscale_migrations) RETURNING *',
    );
    const response = await api.request('/readyz');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      ready: false,
      checks: {
        database: ok,
        migrations: { ok: false, problem: expect.stringContaining('grayscale migrate') },
        store: ok,
      },
    });
    expect(api.logged.at(-1)?.facts.reason).toContain(rows[0].name);
    await api.database.query(
      'INSERT INTO grayscale_migrations (id, name, run_on) VALUES ($1, $2, $3)',
      [rows[0].id, rows[0].name, rows[0].run_on],
    );
  });
});

test('tells what it takes and does', async () => {
  expect(await json('/v1')).toMatchObject({
    bucket: 'uploads',
    outputPrefix: 'grayscale/',
    recipe: { method: 'rec601', format: 'png' },
    limits: { maxBytes: 104_857_600 },
    methods: expect.arrayContaining(['rec601', 'decolor']),
    formats: expect.arrayContaining(['png', 'webp']),
    inputs: expect.arrayContaining([
      { name: 'PNG', contentType: 'image/png', extensions: ['png'] },
    ]),
  });
});

test('counts outcomes, stages and requests for Prometheus', async () => {
  await addImage(api, 'counted.png', await tinyPng(1));
  await addImage(api, 'broken.png', Buffer.from('no picture'));
  await api.request('/v1/images/404404');
  const response = await api.request('/metrics');
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  for (const line of [
    'grayscale_outcomes_total{status="converted",code=""} 1',
    'grayscale_outcomes_total{status="failed",code="UNSUPPORTED_FORMAT"} 1',
    'grayscale_stage_seconds_count{stage="encode"} 1',
    'grayscale_http_request_seconds_count{method="GET",route="/v1/images/:id",status="404"} 1',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
  expect(text).toMatch(/^process_resident_memory_bytes \d+/m);
});
