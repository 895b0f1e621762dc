import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli, startCli } from '../../testing/cli.ts';
import { s3Event } from '../../testing/events.ts';
import { photoLikePng } from '../../testing/images.ts';
import { read, serverEnvironment, startApi, type TestApi } from '../../testing/server.ts';

let api: TestApi;
let env: Record<string, string>;
let image: Buffer;

beforeAll(async () => {
  image = photoLikePng({ width: 20, height: 10 });
  api = await startApi({ QUEUE: 'postgres' });
  env = { ...serverEnvironment(api.store, api.database), S3_BUCKET: 'uploads', QUEUE: 'postgres' };
});

const started: ChildProcessWithoutNullStreams[] = [];
afterAll(async () => {
  // Those of tests that failed would wait for their database forever.
  for (const process of started) process.kill('SIGKILL');
  await api.close();
});

interface Worker {
  process: ChildProcessWithoutNullStreams;
  lines: { message: string; url?: string }[];
  /** Sends SIGTERM and returns the exit code. */
  stop(): Promise<number>;
}

async function startWorker(settings: Record<string, string> = {}): Promise<Worker> {
  const process = startCli(['work'], { env: { ...env, ...settings } });
  started.push(process);
  const lines: Worker['lines'] = [];
  createInterface(process.stdout).on('line', (line) => lines.push(JSON.parse(line)));
  process.stderr.on('data', (text) => lines.push({ message: String(text) }));
  await expect.poll(() => lines[0]?.message, { timeout: 20_000 }).toBe('working');
  return {
    ...{ process, lines },
    async stop() {
      process.kill('SIGTERM');
      const [exitCode] = await once(process, 'close');
      return exitCode;
    },
  };
}

const counts = async () => JSON.parse(`${(await runCli(['queue', '--json'], { env })).stdout}`);
const connectionsOf = async (application: string) => {
  const { rows } = await api.database.query(
    'SELECT FROM pg_stat_activity WHERE application_name = $1',
    [application],
  );
  return rows.length;
};
function withName(url = '', name: string): string {
  const named = new URL(url);
  named.searchParams.set('application_name', name);
  return named.href;
}

const statuses = async () => (await api.database.rows()).map(({ status }) => status);

async function storeImages(keys: string[]): Promise<void> {
  await Promise.all(
    keys.map((Key) =>
      api.store.s3.send(new PutObjectCommand({ Bucket: 'uploads', Key, Body: image })),
    ),
  );
}

function upload(key: string, ifExists: string): Promise<Response> {
  return api.request(`/v1/uploads?key=${key}&ifExists=${ifExists}`, {
    method: 'POST',
    body: new Uint8Array(image),
    headers: { 'content-length': String(image.length) },
  });
}

function announce(keys: string[]): Promise<Response> {
  const objects = keys.map((key) => ({
    ...{ bucket: 'uploads', key, versionId: undefined, sizeBytes: image.length },
    ...{ etag: '', eventTime: new Date().toISOString() },
  }));
  return api.request('/v1/events', { method: 'POST', body: JSON.stringify(s3Event(...objects)) });
}

describe('before `migrate`', () => {
  test('every part says how to create the queue', async () => {
    const command = await runCli(['queue'], { env });
    expect(command.exitCode).toBe(1);
    expect(command.stderr).toMatch(/run `grayscale migrate` with QUEUE=postgres\.\n$/);

    const readiness = await read<{ checks: object }>(await api.request('/readyz'));
    expect(readiness.checks).toMatchObject({ queue: { ok: false } });

    expect((await announce(['a.png'])).status).toBe(503);
  });

  test('an upload that can be repeated stores nothing', async () => {
    for (const ifExists of ['error', 'rename']) {
      expect((await upload('unqueued.png', ifExists)).status).toBe(503);
    }
    const { KeyCount } = await api.store.s3.send(new ListObjectsV2Command({ Bucket: 'uploads' }));
    expect(KeyCount).toBe(0);
  });
});

describe('after `migrate`', () => {
  const role = `worker_${Math.random().toString(36).slice(2, 10)}`;
  let roleUrl: string;

  beforeAll(async () => {
    const migrated = await runCli(['migrate'], { env: { ...env, DB_APPLICATION_ROLE: role } });
    expect(migrated).toMatchObject({ exitCode: 0, stderr: '' });
    await api.database.query(`ALTER ROLE ${role} PASSWORD 'test'`);
    roleUrl = env.DATABASE_URL?.replace('postgres:test', `${role}:test`) ?? '';
  });

  afterAll(async () => {
    await api.database.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });

  test.each([
    ['error', 409, 1],
    ['rename', 202, 2],
  ])(
    'an upload with ifExists=%s queues an existing object that was never queued',
    async (ifExists, status, waiting) => {
      const key = `stored-${ifExists}.png`;
      await storeImages([key]);
      expect((await upload(key, ifExists)).status).toBe(status);
      expect(await counts()).toMatchObject({ waiting });
      if (ifExists === 'error') await upload(key, ifExists);
      expect(await counts()).toMatchObject({ waiting });
      await api.database.query('DELETE FROM grayscale_queue.job');
    },
  );

  test('an event is answered when its uploads are queued, and a worker with few rights converts them', async () => {
    const keys = Array.from({ length: 25 }, (_, index) => `photos/${index}.png`);
    await storeImages(keys);
    const answer = await announce([...keys, 'grayscale/own-output.png']);
    expect(answer.status).toBe(200);
    const { results } = await read<{ results: { action: string }[] }>(answer);
    expect(results.map(({ action }) => action)).toEqual([...keys.map(() => 'queued'), 'ignored']);
    expect(await statuses()).toEqual([]);
    expect(await counts()).toMatchObject({ waiting: 25, inFlight: 0, dead: 0 });
    expect(await read(await api.request('/v1/queue'))).toMatchObject({
      queue: { waiting: 25, inFlight: 0, dead: 0, oldestSeconds: expect.any(Number) },
    });
    const metrics = await (await api.request('/metrics')).text();
    expect(metrics).toContain('grayscale_queue_messages{state="waiting"} 25');

    const worker = await startWorker({ DATABASE_URL: roleUrl, WORKER_PORT: '0' });
    await expect.poll(statuses, { timeout: 20_000 }).toEqual(keys.map(() => 'converted'));
    await expect
      .poll(counts, { timeout: 20_000 })
      .toMatchObject({ waiting: 0, inFlight: 0, dead: 0 });

    const { pid } = worker.process;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    for (const child of children) expect(getPriority(Number(child))).toBeGreaterThanOrEqual(5);

    const { url } = worker.lines[0] ?? {};
    const taken = { ...env, WORKER_PORT: new URL(String(url)).port };
    const { exitCode, stderr } = await runCli(['work'], { env: taken });
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringMatching(/^Port \d+ is in use by another program\. Set WORKER_PORT to /),
    ]);
    const ready = await fetch(`${url}/readyz`);
    expect(await ready.json()).toMatchObject({ ready: true, checks: { queue: { ok: true } } });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(await (await fetch(`${url}/metrics`)).text()).toContain(
      'grayscale_outcomes_total{status="converted",code=""} 25',
    );
    expect((await fetch(`${url}/other`)).status).toBe(404);

    expect(await worker.stop()).toBe(0);
    expect(worker.lines.map(({ message }) => message)).toEqual([
      ...['working', ...keys.map(() => 'converted'), 'stopping'],
    ]);
  });

  test('an upload through the API is queued once it is stored', async () => {
    const response = await api.request('/v1/uploads?key=stored.png', {
      ...{ method: 'POST', body: new Uint8Array(image) },
      headers: { 'content-length': String(image.length) },
    });
    expect(response.status).toBe(202);
    expect(await counts()).toMatchObject({ waiting: 1 });
  });

  test('`backfill` sends existing objects, and a killed worker loses none', async () => {
    await storeImages(['existing/a.png', 'existing/b.png']);
    const backfill = await runCli(['backfill', 's3://uploads/existing/'], { env, cwd: tmpdir() });
    expect(backfill).toMatchObject({ exitCode: 0 });
    expect(await counts()).toMatchObject({ waiting: 3 });

    const killed = await startWorker({ DATABASE_URL: withName(env.DATABASE_URL, 'killed') });
    await expect.poll(() => connectionsOf('killed')).toBeGreaterThan(0);
    killed.process.kill('SIGKILL');
    await once(killed.process, 'close');
    // A statement that it sent may still take a message, until PostgreSQL sees that it is gone.
    await expect.poll(() => connectionsOf('killed'), { timeout: 5_000 }).toBe(0);
    // What it may hold returns when its lease ends, which is immediate here.
    await api.database.query(
      "UPDATE grayscale_queue.job SET state = 'retry', start_after = now() WHERE state = 'active'",
    );
    const worker = await startWorker();
    await expect.poll(async () => (await statuses()).length, { timeout: 20_000 }).toBe(28);
    expect(await worker.stop()).toBe(0);
  });

  test('`queue redrive` brings dead letters back', async () => {
    await announce(['photos/0.png']);
    await api.database.query(
      "UPDATE grayscale_queue.job SET name = 'uploads-dead', source_name = 'uploads' WHERE state = 'created'",
    );
    expect(`${(await runCli(['queue'], { env })).stdout}`).toMatch(/dead letters +1\n$/);
    const redrive = await runCli(['queue', 'redrive'], { env });
    expect(`${redrive.stdout}`).toBe('1 message moved back into the queue.\n');
    expect(await counts()).toMatchObject({ waiting: 1, dead: 0 });
  });
});

test('with QUEUE_URL, a worker takes the bucket’s own events from SQS', async () => {
  await storeImages(['from-sqs.png']);
  const settings = { QUEUE: '', QUEUE_URL: api.store.queueUrl };
  const worker = await startWorker(settings);
  const queued = async () =>
    JSON.parse(`${(await runCli(['queue', '--json'], { env: { ...env, ...settings } })).stdout}`);
  await expect
    .poll(queued, { timeout: 20_000 })
    .toEqual({ waiting: 0, inFlight: 0, dead: 0, oldestSeconds: null });
  expect(await worker.stop()).toBe(0);
  const rows = await api.database.rows();
  expect(rows.filter(({ source_key }) => source_key === 'from-sqs.png')).toMatchObject([
    { status: 'converted' },
  ]);
});

test.each([
  [['work'], { QUEUE: '' }, /^ {2}QUEUE: expected QUEUE=postgres, or QUEUE_URL/m],
  [['work'], { QUEUE: 'sqs' }, /^ {2}QUEUE_URL: expected the URL of the queue/m],
  [['queue'], { QUEUE_URL: 'https://sqs.invalid/1/q' }, /^ {2}QUEUE_URL: expected it to be unset/m],
  [
    ['serve', '--poll', 's3://uploads/', '--port', '0'],
    { QUEUE: 'sqs', QUEUE_URL: 'https://sqs.invalid/1/q' },
    /^ {2}QUEUE_URL: expected it to be unset with --poll/m,
  ],
])('%j with %j is a configuration error', async (args, settings, message) => {
  const { exitCode, stderr } = await runCli(args, { env: { ...env, ...settings } });
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(message);
});
