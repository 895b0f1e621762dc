// Run as an operator runs them, on a real S3, SQS and PostgreSQL.
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StoreAndQueue } from '../../src/sandbox/store-and-queue.ts';
import { runCli } from '../../testing/cli.ts';
import { tinyPng } from '../../testing/pipeline.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { startS3 } from '../../testing/s3.ts';
import { serverEnvironment } from '../../testing/server.ts';

let store: StoreAndQueue;
let database: TestDatabase;
let env: Record<string, string>;

beforeAll(async () => {
  [store, database] = await Promise.all([startS3(), createDatabase()]);
  env = { ...serverEnvironment(store, database), S3_BUCKET: 'uploads' };
}, 60_000);
afterAll(async () => {
  await database.drop();
  await store.close();
});

describe('doctor', () => {
  test('reports no problem where everything works', async () => {
    const queued = { ...env, QUEUE_URL: store.queueUrl };
    const { exitCode, stdout, stderr } = await runCli(['doctor'], { env: queued });
    expect(exitCode, stdout + stderr).toBe(0);
    const text = stdout.toString();
    for (const subject of ['configuration', 'database', 'store', 'queue', 'engine', 'clock']) {
      expect(text).toMatch(new RegExp(`^ok {2}${subject} `, 'm'));
    }
    expect(text).toMatch(/No errors found\.\n$/);
  });

  test('says for each problem what to do, and exits 1', async () => {
    const wrong = {
      ...env,
      S3_BUCKET: 'elsewhere',
      DATABASE_URL: 'postgresql://x@127.0.0.1:1/x',
      QUEUE_URL: `${store.queueUrl}-elsewhere`,
    };
    const { exitCode, stdout } = await runCli(['doctor', '--json'], { env: wrong });
    expect(exitCode).toBe(1);
    const bad = JSON.parse(stdout.toString()).filter(
      ({ state }: { state: string }) => state === 'bad',
    );
    // Each fix is printed once.
    expect(bad).toMatchObject([
      {
        subject: 'database',
        what: expect.stringMatching(/^Expected PostgreSQL at 127.0.0.1:1 .*\(.*ECONNREFUSED.*\)$/),
        cure: expect.stringContaining('DATABASE_URL'),
      },
      { subject: 'store', cure: expect.stringContaining('S3_BUCKET') },
      {
        subject: 'queue',
        what: expect.stringMatching(/-elsewhere to accept the request but it did not \(.*\)$/),
        cure: expect.stringContaining('QUEUE_URL'),
      },
    ]);
  });

  test('names variables with invalid values, and never prints secrets', async () => {
    const wrong = { ...env, MAX_BYTES: 'many', DATABASE_URL: 'mysql://me:hush@db/x' };
    const { exitCode, stdout, stderr } = await runCli(['doctor'], { env: wrong });
    expect(exitCode).toBe(1);
    expect(stdout.toString()).toMatch(/^XX {2}configuration {2}MAX_BYTES: /m);
    expect(stdout.toString()).toMatch(/^Errors to fix: 2\.$/m);
    expect(stdout.toString().match(/docs\/configuration\.md/g)).toHaveLength(1);
    expect(stdout + stderr).not.toContain('hush');
  });

  test('reports settings that contradict each other, and checks the rest', async () => {
    const { DATABASE_URL: _, ...rest } = env;
    const queue = { QUEUE: 'postgres', QUEUE_URL: store.queueUrl };
    const wrong = { ...rest, ...queue, DB_AUTH: 'iam', DB_HOST: 'db.example.com' };
    const { exitCode, stdout } = await runCli(['doctor'], { env: wrong });
    expect(exitCode).toBe(1);
    expect(stdout.toString()).toMatch(
      /^XX {2}database .*DB_USER: expected the role to log in as/ms,
    );
    expect(stdout.toString()).toMatch(/^XX {2}queue .*QUEUE_URL: expected it to be unset/ms);
    expect(stdout.toString()).toMatch(/^ok {2}store /m);
  });

  test('lists what it did not check', async () => {
    const { exitCode, stdout } = await runCli(['doctor'], { env: {} });
    expect(exitCode).toBe(0);
    expect(stdout.toString()).toMatch(/^!! {2}database +DATABASE_URL .* not set/m);
    expect(stdout.toString()).toMatch(/^!! {2}store +S3_BUCKET is not set/m);
  });
});

describe('retry --failed', () => {
  const put = async (Key: string, Body: string | Uint8Array) =>
    await store.s3.send(new PutObjectCommand({ Bucket: 'uploads', Key, Body }));
  const states = async () =>
    Object.fromEntries(
      (await database.rows()).map(({ source_key, status, attempts }) => [
        source_key,
        `${status} ${attempts}`,
      ]),
    );

  beforeAll(async () => {
    for (const key of ['a.png', 'b.png', 'c.png', 'd.png']) {
      await put(key, key === 'd.png' ? '' : 'not an image');
    }
    const { exitCode } = await runCli(['backfill', 's3://uploads/'], { env });
    expect(exitCode).toBe(1);
    await put('a.png', await tinyPng(1));
  }, 60_000);

  test('shows what it would do, grouped by error code', async () => {
    const { exitCode, stdout } = await runCli(['retry', '--failed', '--dry-run'], { env });
    expect(exitCode).toBe(0);
    expect(stdout.toString()).toBe('3  UNSUPPORTED_FORMAT\n1  EMPTY_OBJECT\nKeys: 4.\n');
  });

  test('sends the events to the queue, if there is one', async () => {
    const args = ['retry', '--failed', '--code', 'EMPTY_OBJECT', '--since', '1h'];
    const queued = { ...env, QUEUE_URL: store.queueUrl };
    const { exitCode, stdout, stderr } = await runCli(args, { env: queued });
    expect(exitCode, stderr).toBe(0);
    expect(stdout.toString()).toContain('1 sent to the queue.');
    const bodies: string[] = [];
    await expect
      .poll(async () => {
        const command = new ReceiveMessageCommand({
          QueueUrl: store.queueUrl,
          MaxNumberOfMessages: 10,
        });
        const { Messages = [] } = await store.sqs.send(command);
        bodies.push(...Messages.map(({ Body = '' }) => Body));
        return bodies.filter((body) => body.includes('"configurationId":"grayscale"'));
      })
      .toMatchObject([expect.stringContaining('"key":"d.png"')]);
  });

  test('retries each source with its current content, and reports what fails again', async () => {
    const { exitCode, stdout, stderr } = await runCli(['retry', '--failed'], { env });
    expect(exitCode).toBe(1);
    expect(stdout.toString()).toContain('1 converted, 0 skipped, 3 failed.');
    expect(stderr).toContain('failed  b.png: UNSUPPORTED_FORMAT');
    const rows = (await database.rows()).filter(({ source_key }) => source_key === 'a.png');
    expect(rows.map(({ status }) => status).sort()).toEqual(['converted', 'failed']);
    expect(await states()).toMatchObject({ 'b.png': 'failed 2', 'd.png': 'failed 2' });
  });

  test.each([
    ['a missing --failed', ['retry'], '--failed'],
    ['an invalid code', ['retry', '--failed', '--code', 'OOPS'], 'CORRUPT_IMAGE'],
    ['a time in the future', ['retry', '--failed', '--since', '2999-01-01'], 'Expected --since'],
  ])('refuses %s', async (_, args, message) => {
    const { exitCode, stderr } = await runCli(args, { env });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });
});
