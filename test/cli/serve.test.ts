// The server as a command: what it needs, what it prints, and how it exits.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StoreAndQueue } from '../../src/sandbox/store-and-queue.ts';
import { tinyPng } from '../../testing/pipeline.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { startS3 } from '../../testing/s3.ts';
import { serverEnvironment } from '../../testing/server.ts';

let store: StoreAndQueue;
let database: TestDatabase;
let environment: Record<string, string>;
beforeAll(async () => {
  [store, database] = await Promise.all([startS3(), createDatabase()]);
  environment = { ...serverEnvironment(store, database), S3_BUCKET: 'uploads' };
});
afterAll(async () => {
  await database.drop();
  await store.close();
});

function serve(args: string[], env: Record<string, string>) {
  const child = spawn(process.execPath, ['bin/grayscale.js', 'serve', ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: Record<string, unknown>[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)));
  return { child, lines, stderr: text(child.stderr), exit: once(child, 'exit') };
}

async function listening(server: ReturnType<typeof serve>): Promise<string> {
  await expect
    .poll(() => server.lines.find(({ message }) => message === 'listening'), { timeout: 20_000 })
    .toBeDefined();
  return String(server.lines.find(({ message }) => message === 'listening')?.url);
}

test('prints its address, answers there, and exits 0 when it is stopped', async () => {
  const server = serve(['--port', '0'], environment);
  const url = await listening(server);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const ready = await fetch(`${url}/readyz`);
  expect({ status: ready.status, body: await ready.json() }).toMatchObject({ status: 200 });
  server.child.kill('SIGTERM');
  expect(await server.exit).toEqual([0, null]);
  expect(await server.stderr).toBe('');
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
}, 40_000);

test('converts objects in the bucket that have no row', async () => {
  const Body = await tinyPng(40);
  await store.s3.send(new PutObjectCommand({ Bucket: 'uploads', Key: 'inbox/a.png', Body }));
  await store.s3.send(new PutObjectCommand({ Bucket: 'uploads', Key: 'other/a.png', Body }));
  const server = serve(['--port', '0', '--poll', 's3://uploads/inbox/'], environment);
  await listening(server);
  const keys = async () => (await database.rows()).map((row) => row.source_key);
  await expect.poll(keys, { timeout: 20_000 }).toEqual(['inbox/a.png']);
  await expect
    .poll(() => server.lines)
    .toContainEqual(expect.objectContaining({ message: 'converted', key: 'inbox/a.png' }));
  server.child.kill('SIGINT');
  expect(await server.exit).toEqual([0, null]);
}, 60_000);

describe('refuses to start, with an error message,', () => {
  test.each([
    ['no bucket', [], { S3_BUCKET: '' }, /S3_BUCKET: expected the bucket of the uploads/],
    ['no database', [], { DATABASE_URL: '' }, /DB_HOST: expected the PostgreSQL host/],
    [
      'no token for a public address',
      ['--host', '0.0.0.0', '--port', '0'],
      {},
      /API_TOKEN: expected a token/,
    ],
    [
      'a guessable token',
      [],
      { API_TOKEN: 'secret' },
      /API_TOKEN: expected 16 to 512 .* not shown/,
    ],
    ['no port', ['--port', '99999'], {}, /Expected a port from 0 to 65535/],
    ['no bucket to poll', ['--poll', 'uploads'], {}, /Expected s3:\/\/BUCKET\/PREFIX/],
  ])('with %s', async (_, args, env, message) => {
    const server = serve(args as string[], { ...environment, ...env } as Record<string, string>);
    const [exitCode] = await server.exit;
    const stderr = await server.stderr;
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at |secret"/);
    expect(exitCode).toBe(2);
  });
});
