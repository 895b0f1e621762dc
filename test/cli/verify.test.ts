// The command as a user runs it, on a real S3 server and a real PostgreSQL.
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StoreAndQueue } from '../../src/sandbox/store-and-queue.ts';
import { resultOf, runCli, startCli } from '../../testing/cli.ts';
import { tinyPng } from '../../testing/pipeline.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { startS3 } from '../../testing/s3.ts';
import { serverEnvironment } from '../../testing/server.ts';

const Bucket = 'archive';
const keys = Array.from({ length: 25 }, (_, i) => `in/${String(i).padStart(2, '0')}.png`);
let store: StoreAndQueue;
let database: TestDatabase;
let env: Record<string, string>;

beforeAll(async () => {
  [store, database] = await Promise.all([startS3(), createDatabase()]);
  env = serverEnvironment(store, database);
  await store.s3.send(new CreateBucketCommand({ Bucket }));
  for (const [index, Key] of keys.entries()) {
    await store.s3.send(new PutObjectCommand({ Bucket, Key, Body: await tinyPng(index) }));
  }
}, 60_000);
afterAll(async () => {
  await database.drop();
  await store.close();
});

async function run(...args: string[]) {
  const { stdout, ...rest } = await runCli(['verify', ...args], { env });
  return { ...rest, stdout: stdout.toString() };
}

test('reports differences, repairs them and says so', async () => {
  const before = await run('s3://archive/in/');
  expect(before.exitCode, before.stderr).toBe(1);
  expect(before.stdout).toMatch(/^25 {2}missing: the source has no output$/m);
  expect(before.stdout).toContain('  in/19.png: it has no row');
  expect(before.stdout).not.toContain('in/20.png');
  expect(before.stdout).toContain('... and 5 more (--json)');

  const repaired = await run('s3://archive/in/', '--repair');
  expect(repaired.exitCode, repaired.stderr).toBe(0);
  expect(repaired.stdout).toMatch(/^25 {2}converted$/m);

  const after = await run('s3://archive/in/', '--deep');
  expect(after.exitCode, after.stderr).toBe(0);
  expect(after.stdout).toContain('25 of 25 outputs inspected; 25 converted again');
  expect(after.stdout).toContain('No differences found.');
}, 120_000);

test('prints each finding as a line of JSON, and keeps orphans without --delete-orphans', async () => {
  await store.s3.send(new DeleteObjectCommand({ Bucket, Key: 'in/03.png' }));
  const { exitCode, stdout } = await run('s3://archive', '--json', '--repair', '--sample', '10');
  const lines = stdout.trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { finding: 'orphan', key: 'in/03.png', reason: 'its source is gone' },
    {
      summary: expect.objectContaining({
        ...{ bucket: 'archive', prefix: '', sample: { size: 10, seed: 1 } },
        ...{ sources: 24, outputs: 25, paired: 24, looked: 10, isFinished: true },
        findings: expect.objectContaining({ missing: 0, orphan: 1 }),
        repair: expect.objectContaining({ removed: 0, left: 1 }),
      }),
    },
  ]);
  expect(exitCode).toBe(1);
  const deleted = await run('s3://archive', '--repair', '--delete-orphans', '--all');
  expect(deleted.exitCode, deleted.stderr).toBe(0);
  expect((await run('s3://archive')).exitCode).toBe(0);
}, 120_000);

test('Ctrl-C ends it after the work in progress, and it prints the findings so far', async () => {
  for (const Key of keys) {
    await store.s3.send(new DeleteObjectCommand({ Bucket, Key: `grayscale/${Key}` }));
  }
  const child = startCli(['verify', 's3://archive/in/', '--repair', '--json'], { env });
  const result = resultOf(child);
  child.stdout.once('data', () => child.kill('SIGINT'));
  const { exitCode, stdout, stderr } = await result;
  expect(stderr).toContain('Stopped: the rest was not checked.');
  expect(exitCode).toBe(1);
  const { summary } = JSON.parse(stdout.toString().trim().split('\n').at(-1) ?? '');
  expect(summary.isFinished).toBe(false);
  // Work that was already handed over is finished; no more is started.
  expect(summary.repair.converted).toBe(summary.findings.missing);
  expect(summary.findings.missing).toBeLessThan(24);
}, 60_000);

test.each([
  ['a plain bucket name', ['uploads'], 'Expected s3://BUCKET/PREFIX.'],
  ['the output prefix', ['s3://archive/grayscale/in/'], 'Omit grayscale/'],
  ['a sample together with --all', ['s3://archive/', '--sample', '5', '--all'], "'--all'"],
  ['an empty sample', ['s3://archive/', '--sample', '0'], 'from 1 to 100000'],
  ['an invalid seed', ['s3://archive/', '--seed', 'x'], 'whole number'],
  ['deleting without repairing', ['s3://archive/', '--delete-orphans'], '--repair'],
])('refuses %s', async (_, args, message) => {
  const { exitCode, stderr } = await run(...args);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(message);
});
