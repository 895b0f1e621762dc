// Run as a user runs it: as a process, stopped by signals, on a real S3, SQS and PostgreSQL.
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StoreAndQueue } from '../../src/sandbox/store-and-queue.ts';
import { resultOf, runCli, startCli } from '../../testing/cli.ts';
import { insertRows } from '../../testing/ledger-rows.ts';
import { tinyPng } from '../../testing/pipeline.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { startS3 } from '../../testing/s3.ts';
import { serverEnvironment } from '../../testing/server.ts';

const keys = Array.from({ length: 60 }, (_, i) => `in/${String(i).padStart(3, '0')}.png`);
let store: StoreAndQueue;
let database: TestDatabase;
let cwd: string;
let env: Record<string, string>;

beforeAll(async () => {
  [store, database] = await Promise.all([startS3(), createDatabase()]);
  cwd = await mkdtemp(join(tmpdir(), 'backfill-cli-'));
  env = serverEnvironment(store, database);
  await store.s3.send(new CreateBucketCommand({ Bucket: 'archive' }));
  const Body = await tinyPng(1);
  for (const Key of keys) {
    await store.s3.send(new PutObjectCommand({ Bucket: 'archive', Key, Body }));
  }
}, 60_000);
afterAll(async () => {
  await rm(cwd, { recursive: true, force: true });
  await database.drop();
  await store.close();
});

const run = (...args: string[]) => runCli(['backfill', ...args], { env, cwd });

test('a dry run estimates the time from earlier conversions', async () => {
  const queued = { ...env, QUEUE_URL: store.queueUrl };
  const tagging = { ...queued, OUTPUT_CARRY: 'tags' };
  const unknown = await runCli(['backfill', 's3://archive/in/', '--dry-run'], {
    env: tagging,
    cwd,
  });
  expect(unknown.exitCode, unknown.stderr).toBe(0);
  expect(unknown.stdout.toString()).toMatch(/^60 {2}.* missing: no row$/m);
  expect(unknown.stdout.toString()).toContain('Times: unknown');
  expect(unknown.stdout.toString()).toContain(' 180 reads');
  await insertRows(database, {
    count: 50,
    since: new Date(Date.now() - 3_600e3).toISOString(),
    hours: 1,
  });
  const { stdout } = await runCli(['backfill', 's3://archive/in/', '--dry-run'], {
    env: queued,
    cwd,
  });
  await database.query('TRUNCATE image_metadata');
  const text = stdout.toString();
  expect(text).toContain('a linear fit to 50 conversions');
  expect(text).toMatch(/^S3 requests +120 reads, 61 writes$/m);
  expect(text).toMatch(/^SQS requests +126$/m);
  expect(text).toMatch(/^cost +under \$0.01: Lambda/m);
  expect(text).toContain('us-east-1 list prices of 2026');
}, 60_000);

test('after two SIGINTs and a third run each object is converted and the checkpoint is gone', async () => {
  for (const from of [0, 1]) {
    const child = startCli(['backfill', 's3://archive/in/', '--rate', '5'], { env, cwd });
    const result = resultOf(child);
    const rowsBefore = (await database.rows()).length;
    await expect
      .poll(async () => (await database.rows()).length, { timeout: 30_000 })
      .toBeGreaterThan(rowsBefore + 5 * from);
    child.kill('SIGINT');
    const { exitCode, stderr } = await result;
    expect(stderr).toContain('Run the same command again to continue; "grayscale-backfill.json"');
    expect(exitCode).toBe(1);
  }
  const { after } = JSON.parse(await readFile(join(cwd, 'grayscale-backfill.json'), 'utf8'));
  expect(keys).toContain(after);
  const other = await run('s3://archive/other/');
  expect(other.exitCode).toBe(1);
  expect(other.stderr).toContain('prefix: expected "other/" but the file has "in/"');

  const { exitCode, stdout, stderr } = await run('s3://archive/in/');
  expect(exitCode, stderr).toBe(0);
  expect(stdout.toString()).toContain('60 converted, 0 skipped, 0 failed.');
  const rows = await database.rows();
  expect(rows.map(({ source_key }) => source_key).sort()).toEqual(keys);
  expect(rows.every(({ attempts }) => attempts === 1)).toBe(true);
  await expect(readFile(join(cwd, 'grayscale-backfill.json'))).rejects.toThrow('ENOENT');
}, 120_000);

test('prints the S3 Batch Operations job, quoted so that a shell reads it back', async () => {
  const { stdout } = await run("s3://archive/o'clock/", '--job', '--since', '2026-01-31');
  const { spawn } = await import('node:child_process');
  // The shell itself prints the arguments that it would pass to aws.
  const shell = spawn('sh', ['-c', `aws() { for word; do echo "[$word]"; done; }; ${stdout}`]);
  const chunks: Buffer[] = [];
  shell.stdout.on('data', (chunk) => chunks.push(chunk));
  await once(shell, 'close');
  const words = Buffer.concat(chunks)
    .toString()
    .split('\n')
    .map((line) => line.slice(1, -1));
  const after = (flag: string) => JSON.parse(words[words.indexOf(flag) + 1] ?? '');
  expect(after('--manifest-generator')).toEqual({
    S3JobManifestGenerator: {
      SourceBucket: 'arn:aws:s3:::archive',
      EnableManifestOutput: false,
      Filter: {
        KeyNameConstraint: { MatchAnyPrefix: ["o'clock/"] },
        CreatedAfter: '2026-01-31T00:00:00.000Z',
      },
    },
  });
  expect(after('--report')).toMatchObject({
    Bucket: 'arn:aws:s3:::archive',
    Prefix: 'grayscale/backfill-reports',
  });
});

test.each([
  ['a plain bucket name', ['uploads'], 'Expected s3://BUCKET/PREFIX.'],
  ['an invalid age', ['s3://archive/', '--since', 'yesterday'], 'Expected --since to be an age'],
  ['an invalid rate', ['s3://archive/', '--rate', '0'], 'Expected a number of objects per second'],
  ['an unknown state', ['s3://archive/', '--only', 'old'], 'missing, stale, failed, all'],
])('refuses %s', async (_, args, message) => {
  const { exitCode, stderr } = await run(...args);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(message);
});

test('refuses a bucket other than the configured one', async () => {
  const { exitCode, stderr } = await runCli(['backfill', 's3://archive/'], {
    env: { ...env, S3_BUCKET: 'uploads' },
    cwd,
  });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('S3_BUCKET: expected "archive"');
});
