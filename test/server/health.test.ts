import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareApplicationRole } from '../../src/ledger/application-role.ts';
import { version } from '../../src/version.ts';
import { tinyPng } from '../../testing/pipeline.ts';
import { addImage, startApi, type TestApi } from '../../testing/server.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const json = async (path: string) => await (await api.request(path)).json();

describe('readiness', () => {
  const ok = { ok: true, problem: null };

  test('succeeds when database, schema and bucket are available', async () => {
    expect(await json('/readyz')).toEqual({
      ready: true,
      checks: { database: ok, migrations: ok, store: ok },
    });
  });

  test('fails while a migration is missing', async () => {
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
    expect(api.logged.at(-1)?.fields.reason).toContain(rows[0].name);
    await api.database.query(
      'INSERT INTO grayscale_migrations (id, name, run_on) VALUES ($1, $2, $3)',
      [rows[0].id, rows[0].name, rows[0].run_on],
    );
  });
});

test('lists its limits, methods and formats at /v1', async () => {
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

test('has no counts without a queue', async () => {
  expect(await json('/v1/queue')).toEqual({ queue: null });
});

test('counts outcomes, stages and requests for Prometheus', async () => {
  const image = await tinyPng(1);
  const { output } = await addImage(api, 'counted.png', image);
  await addImage(api, 'broken.png', Buffer.from('not an image'));
  await api.request('/v1/images/404404');
  const response = await api.request('/metrics');
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  for (const line of [
    'grayscale_outcomes_total{status="converted",code=""} 1',
    'grayscale_outcomes_total{status="failed",code="UNSUPPORTED_FORMAT"} 1',
    'grayscale_stage_seconds_count{stage="encode"} 1',
    `grayscale_build_info{version="${version}",node="${process.versions.node}"} 1`,
    `grayscale_image_bytes_total{direction="in"} ${image.length}`,
    `grayscale_image_bytes_total{direction="out"} ${output?.sizeBytes}`,
    // This request.
    'grayscale_http_requests_in_flight 1',
    'grayscale_database_connections{state="used"} 0',
    'grayscale_database_connections{state="waiting"} 0',
    'grayscale_http_request_seconds_count{method="GET",route="/v1/images/:id",status="404"} 1',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
  expect(text).toMatch(/^process_resident_memory_bytes \d+/m);
  expect(text, 'accepted by promtool').not.toMatch(/^# TYPE \w+_total gauge$/m);
});

// At the end: each server points the SDK to a different store through the environment.
describe('readiness reports the problem and the fix', () => {
  const port = () => new URL(api.database.url).port;
  const rows: [string, () => Record<string, string>, Record<string, RegExp>][] = [
    [
      'the database is unreachable',
      () => ({ DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none?sslmode=disable' }),
      {
        database:
          /^The database does not answer: check that PostgreSQL is running, and check DATABASE_URL/,
        migrations: /^Not checked: the database is unavailable\.$/,
      },
    ],
    [
      'the database refuses the login',
      () => ({ DATABASE_URL: `postgresql://postgres:wrong@127.0.0.1:${port()}/postgres` }),
      {
        database: /^The database refuses the login: check DATABASE_URL, or DB_USER, DB_PASSWORD/,
        migrations: /^Not checked/,
      },
    ],
    [
      'the database was never migrated',
      () => ({ DATABASE_URL: `postgresql://postgres:test@127.0.0.1:${port()}/postgres` }),
      { migrations: /^Migrations are missing: run `grayscale migrate`\.$/ },
    ],
    [
      'the bucket is missing',
      () => ({ S3_BUCKET: 'missing' }),
      { store: /^The bucket does not exist: create it, or set S3_BUCKET/ },
    ],
    [
      'the store is unreachable',
      () => ({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }),
      { store: /^The store does not answer: check AWS_ENDPOINT_URL/ },
    ],
  ];
  test.each(rows)('when %s', async (_, env, problems) => {
    const broken = await startApi(env());
    if (env().AWS_ENDPOINT_URL) process.env.AWS_ENDPOINT_URL = env().AWS_ENDPOINT_URL;
    try {
      const response = await broken.request('/readyz');
      const { checks } = (await response.json()) as { checks: Record<string, { problem: string }> };
      const found = Object.entries(checks).filter(([, { problem }]) => problem !== null);
      expect(Object.fromEntries(found.map(([name, { problem }]) => [name, problem]))).toEqual(
        Object.fromEntries(
          Object.entries(problems).map(([name, problem]) => [name, expect.stringMatching(problem)]),
        ),
      );
      expect(response.status).toBe(503);
      expect(JSON.stringify(checks)).not.toMatch(/127\.0\.0\.1|password auth|ECONN/);
    } finally {
      await broken.close();
    }
  });

  test('and succeeds for a role that may only read and write rows', async () => {
    const role = `ready_${process.pid}`;
    await prepareApplicationRole(api.database, role);
    await api.database.query(`ALTER ROLE ${role} PASSWORD 'secret'`);
    const url = Object.assign(new URL(api.database.url), { username: role, password: 'secret' });
    await api.database.query(`REVOKE rds_iam FROM ${role}`);
    const limited = await startApi({ DATABASE_URL: `${url}?sslmode=disable` });
    expect((await limited.request('/readyz')).status).toBe(200);
    await limited.close();
    await api.database.query(`DROP OWNED BY ${role}`);
    await api.database.query(`DROP ROLE ${role}`);
  });
});
