import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { migrateDatabase } from '../../src/app/migrate-database.ts';
import { openFileConversion } from '../../src/app/open-converter.ts';
import { openPipeline } from '../../src/app/open-pipeline.ts';
import { openPostgres } from '../../src/app/open-postgres.ts';
import { ConfigError, readConfig } from '../../src/config/index.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';

const megabyte = 2 ** 20;
const someDatabase = { DATABASE_URL: 'postgresql://u:p@db.invalid/d' };
const compose = (env: Record<string, string>) =>
  openPipeline(readConfig({ ...someDatabase, ...env }));

describe('the pipeline of an environment', () => {
  test.each([
    ['1,024 MB by default', {}, 1_024],
    ['MEMORY_BUDGET_MB', { MEMORY_BUDGET_MB: '100' }, 100],
    ['half of a function’s memory', { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '3008' }, 1_504],
    [
      'MEMORY_BUDGET_MB, regardless of the function’s memory',
      { MEMORY_BUDGET_MB: '200', AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '3008' },
      200,
    ],
  ])('divides %s: a quarter for files, the rest for conversions', async (_, env, megabytes) => {
    const { transfers, memory } = await compose(env);
    expect(transfers.capacity).toBe((megabytes * megabyte) / 4);
    expect(memory.capacity).toBe((megabytes * megabyte * 3) / 4);
  });

  test.each([
    ['CONCURRENCY', { CONCURRENCY: '7' }, 7],
    ['two slots per core by default', {}, 2 * availableParallelism()],
  ])('has as many slots as %s', async (_, env, slots) => {
    expect((await compose(env)).slots.capacity).toBe(slots);
  });

  test('creates the configured outputs, within its limits', async () => {
    const parts = await compose({
      GRAY_FORMAT: 'webp',
      GRAY_QUALITY: '33',
      OUTPUT_BUCKET: 'outputs',
      OUTPUT_PREFIX: 'gray',
      OUTPUT_CARRY: 'tags,metadata',
      MAX_BYTES: '11',
      MAX_PIXELS: '22',
      MAX_PAGES: '33',
      MAX_CONVERSION_MS: '44',
      MAX_OUTPUT_BYTES: '55',
    });
    expect(parts).toMatchObject({
      recipe: { format: 'webp', quality: 33 },
      outputBucket: 'outputs',
      outputPrefix: 'gray/',
      outputCarry: ['tags', 'metadata'],
      limits: {
        ...{ maxBytes: 11, maxPixels: 22, maxPages: 33 },
        ...{ timeoutMs: 44, maxOutputBytes: 55 },
      },
    });
  });

  test('uses the time of day', async () => {
    const { now } = await compose({});
    expect(Math.abs(now() - Date.now())).toBeLessThan(1_000);
  });
});

test('without a limit, what cannot fit in memory has too many pixels', async () => {
  const env = { MEMORY_BUDGET_MB: '100' };
  // Four bytes each; the pipeline keeps a quarter of its budget for files.
  expect(openFileConversion(readConfig(env)).limits.maxPixels).toBe((100 * megabyte) / 4);
  expect((await compose(env)).limits.maxPixels).toBe((75 * megabyte) / 4);
  const inFunction = readConfig({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '3008' });
  expect(openFileConversion(inFunction).limits.maxPixels).toBe((1_504 * megabyte) / 4);
});

test('files are converted within the whole budget', () => {
  const { memory, limits } = openFileConversion(
    readConfig({ MEMORY_BUDGET_MB: '100', MAX_PIXELS: '22' }),
  );
  expect(memory.capacity).toBe(100 * megabyte);
  expect(limits).toMatchObject({ maxPixels: 22 });
});

test.each([
  [
    'nothing said',
    {},
    { outputPrefix: 'grayscale/', keyEncoding: 'auto', onSourceDeleted: 'keep' },
  ],
  [
    'everything said',
    {
      S3_BUCKET: 'uploads',
      OUTPUT_BUCKET: 'outputs',
      OUTPUT_PREFIX: 'gray',
      EVENT_KEY_ENCODING: 'raw',
      ON_SOURCE_DELETED: 'delete',
    },
    {
      ...{ bucket: 'uploads', outputBucket: 'outputs', outputPrefix: 'gray/', keyEncoding: 'raw' },
      onSourceDeleted: 'delete',
    },
  ],
])('events are parsed as configured: %s', (_, env, options) => {
  expect(readConfig(env).storage).toStrictEqual(options);
});

describe('the database of an environment', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase({ migrated: false });
  });
  afterAll(() => database.drop());

  const urlWith = (sslmode: string) => `${database.url}?sslmode=${sslmode}`;

  async function selectOne(env: Record<string, string>) {
    const postgres = await openPostgres(readConfig(env));
    try {
      return (await postgres.query('SELECT 1 AS one')).rows;
    } finally {
      await postgres.close();
    }
  }

  test('must be named', async () => {
    await expect(openPipeline(readConfig({}))).rejects.toThrow(ConfigError);
    await expect(openPipeline(readConfig({}))).rejects.toThrow(/DB_HOST/);
  });

  test('is one URL or single fields', async () => {
    const { hostname, port, username, password, pathname } = new URL(inject('postgresUrl'));
    const fields = {
      DB_HOST: hostname,
      DB_PORT: port,
      DB_NAME: pathname.slice(1),
      DB_USER: username,
      DB_PASSWORD: password,
    };
    expect(await selectOne(fields)).toEqual([{ one: 1 }]);
    expect(await selectOne({ DATABASE_URL: database.url })).toEqual([{ one: 1 }]);
  });

  test('is migrated', async () => {
    const config = readConfig({ DATABASE_URL: database.url });
    expect(await migrateDatabase(config)).not.toEqual([]);
    expect(await migrateDatabase(config)).toEqual([]);
  });

  // The server has no TLS: it shows which mode was taken.
  test.each([
    ['prefer', undefined],
    ['disable', undefined],
    ['prefer', 'prefer'],
    ['disable', 'disable'],
  ])('is connected to with the sslmode %s and DB_SSL %s', async (mode, ssl) => {
    const env = { DATABASE_URL: urlWith(mode), ...(ssl && { DB_SSL: ssl }) };
    expect(await selectOne(env)).toEqual([{ one: 1 }]);
  });

  test.each([
    ['sslmode', () => ({ DATABASE_URL: urlWith('require') })],
    ['DB_SSL', () => ({ DATABASE_URL: database.url, DB_SSL: 'require' })],
    ['both', () => ({ DATABASE_URL: urlWith('require'), DB_SSL: 'require' })],
  ])('is refused without TLS where it is required by %s', async (_, env) => {
    await expect(selectOne(env())).rejects.toThrow('to support TLS but it does not');
  });

  test('cannot have two contradicting modes of encryption', async () => {
    const config = selectOne({ DATABASE_URL: urlWith('disable'), DB_SSL: 'verify-full' });
    await expect(config).rejects.toMatchObject({
      code: 'INVALID_CONFIGURATION',
      problems: [expect.stringMatching(/^DB_SSL: .*"disable".*"verify-full"/)],
    });
  });

  test('cannot be encrypted in an unknown mode', async () => {
    await expect(selectOne({ DATABASE_URL: urlWith('verify-ca') })).rejects.toMatchObject({
      code: 'INVALID_CONFIGURATION',
      problems: [expect.stringMatching(/^DATABASE_URL: .*"verify-ca"/)],
    });
  });

  test('is written to through one connection', async () => {
    const postgres = await openPostgres(readConfig({ DATABASE_URL: database.url }));
    const pids = await Promise.all(
      [1, 2, 3].map(() => postgres.query('SELECT pg_backend_pid() AS pid')),
    );
    expect(new Set(pids.map(({ rows }) => rows[0].pid)).size).toBe(1);
    await postgres.close();
  });
});

describe.each(['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3'])('a store at %s', (variable) => {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    request.resume().on('end', () => response.writeHead(200, { etag: '"e"' }).end());
  });

  beforeAll(async () => {
    await once(server.listen(0), 'listening');
  });
  afterEach(() => void requests.splice(0));
  afterAll(() => {
    vi.unstubAllEnvs();
    server.closeAllConnections();
    server.close();
  });

  async function storeWith(region: string, retryMode?: string) {
    vi.unstubAllEnvs();
    vi.stubEnv('AWS_RETRY_MODE', retryMode);
    // A name and not an address, so that a bucket could come before it.
    vi.stubEnv(variable, `http://localhost:${(server.address() as AddressInfo).port}`);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
    vi.stubEnv('AWS_REGION', region);
    vi.stubEnv('DATABASE_URL', someDatabase.DATABASE_URL);
    return (await openPipeline(readConfig())).store;
  }

  test.each([
    ['us-east-1', ''],
    ['eu-north-1', 'eu-north-1'],
  ])('receives requests with the bucket in the path, in the region %s', async (region, said) => {
    const store = await storeWith(said);
    await store.head({ bucket: 'uploads', key: 'a b.png' });
    expect(requests.map(({ method, url }) => [method, url])).toEqual([
      ['HEAD', '/uploads/a%20b.png'],
    ]);
    expect(requests[0]?.headers.authorization).toContain(`/${region}/s3/`);
  });

  test.each([
    ['the program', undefined, false],
    ['the SDK, if it must read the environment', 'standard', true],
  ])('receives the first request from %s', async (_, retryMode, isFromSdk) => {
    const store = await storeWith('', retryMode);
    await store.head({ bucket: 'uploads', key: 'k' });
    expect(requests.map(({ headers }) => 'amz-sdk-invocation-id' in headers)).toEqual([isFromSdk]);
  });

  test('receives no checksums, which some stores do not support', async () => {
    const store = await storeWith('');
    const object = { bytes: Buffer.from('x'), contentType: 'image/png', metadata: {} };
    await store.put({ bucket: 'uploads', key: 'k' }, object);
    const names = Object.keys(requests[0]?.headers ?? {});
    expect(names.filter((name) => /checksum|trailer/.test(name))).toEqual([]);
  });
});

test('the owner of the schema cannot be the application’s role, because it would lose its rights', async () => {
  const env = { DB_HOST: 'db.invalid', DB_USER: 'owner', DB_APPLICATION_ROLE: 'owner' };
  await expect(migrateDatabase(readConfig(env))).rejects.toMatchObject({
    code: 'INVALID_CONFIGURATION',
    problems: [expect.stringMatching(/^DB_APPLICATION_ROLE: expected a role other than DB_USER/)],
  });
});
