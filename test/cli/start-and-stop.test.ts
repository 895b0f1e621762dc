// Any failure during a command’s start ends it with a sentence and an exit code; so does a signal.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resultOf, runCli, startCli } from '../../testing/cli.ts';
import { tinyPng } from '../../testing/pipeline.ts';
import { processesOf } from '../../testing/processes.ts';

let folder: string;
let takenPort: number;
const taken = createServer();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'start-'));
  await writeFile(join(folder, 'file.png'), await tinyPng(1));
  await once(taken.listen(0, '127.0.0.1'), 'listening');
  takenPort = (taken.address() as { port: number }).port;
});
afterAll(async () => {
  taken.close();
  await rm(folder, { recursive: true, force: true });
});

const noDatabase = {
  DATABASE_URL: 'postgresql://user@127.0.0.1:1/none?sslmode=disable',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  S3_BUCKET: 'uploads',
};
const noPorts = { SANDBOX_S3_PORT: '0', SANDBOX_DB_PORT: '0', SANDBOX_API_PORT: '0' };
const unreachable = /^Expected PostgreSQL at 127\.0\.0\.1:1 to accept a connection but it does not/;

interface Failure {
  args: string[];
  env?: Record<string, string>;
  exitCode: 1 | 2;
  stderr: RegExp;
}

const failures: Record<string, () => Failure> = {
  'serve: its port is taken': () => ({
    args: ['serve', '--port', String(takenPort)],
    exitCode: 1,
    stderr: /^Port \d+ is in use by another program\. Set PORT to a free port, .*\n$/,
  }),
  'serve: an address of another machine': () => ({
    args: ['serve', '--host', '192.0.2.1', '--port', '0'],
    env: { API_TOKEN: '0123456789abcdef' },
    exitCode: 1,
    stderr: /^Expected to listen on 192\.0\.2\.1, port 0, but received: .*\. Set HOST to .*\n$/,
  }),
  'serve: a certificate authority that cannot be read': () => ({
    args: ['serve', '--port', '0'],
    env: {
      DATABASE_URL: 'postgresql://user@127.0.0.1:1/none?sslmode=verify-full',
      DB_SSL_ROOT_CERT: join(folder, 'missing.pem'),
    },
    exitCode: 2,
    stderr: /DB_SSL_ROOT_CERT: expected a PEM file but received ".*missing\.pem", which cannot be/,
  }),
  'sandbox: its port is taken': () => ({
    args: ['sandbox'],
    env: { ...noPorts, SANDBOX_API_PORT: String(takenPort) },
    exitCode: 1,
    stderr: /^Port \d+ is already in use\. Set SANDBOX_API_PORT to a free port, .*\n$/,
  }),
  'sandbox: no temporary folder': () => ({
    args: ['sandbox', '--demo'],
    env: { ...noPorts, TMPDIR: join(folder, 'file.png/below') },
    exitCode: 1,
    stderr: /^ENOTDIR: .*file\.png\/below.*\n$/,
  }),
  'convert: a folder that cannot be written': () => ({
    args: ['convert', join(folder, 'file.png'), '--out', join(folder, 'file.png/gray.png')],
    exitCode: 1,
    stderr: /file\.png/,
  }),
  'migrate: the database is unreachable': () => ({
    args: ['migrate'],
    exitCode: 1,
    stderr: unreachable,
  }),
  'stats: the database is unreachable': () => ({
    args: ['stats'],
    exitCode: 1,
    stderr: unreachable,
  }),
  'backfill: the store is unreachable': () => ({
    args: ['backfill', 's3://uploads/', '--dry-run'],
    exitCode: 1,
    stderr: /ECONNREFUSED .*\. The store does not answer: check AWS_ENDPOINT_URL/,
  }),
  'verify: the store is unreachable': () => ({
    args: ['verify', 's3://uploads/'],
    exitCode: 1,
    stderr: /ECONNREFUSED/,
  }),
  'retry: the database is unreachable': () => ({
    args: ['retry', '--failed'],
    exitCode: 1,
    stderr: unreachable,
  }),
  'doctor: every service is unreachable': () => ({ args: ['doctor'], exitCode: 1, stderr: /^$/ }),
  ...Object.fromEntries(
    ['serve', 'sandbox', 'migrate', 'stats', 'retry'].map((command) => [
      `${command}: an invalid variable`,
      (): Failure => ({
        args: command === 'retry' ? ['retry', '--failed'] : [command],
        env: { MAX_PIXELS: 'many' },
        exitCode: 2,
        stderr: /MAX_PIXELS: expected a whole number of at least 1 but received "many"\n$/,
      }),
    ]),
  ),
};

test.each([
  [
    ['serve', '--host', '0.0.0.0'],
    { QUEUE: 'sqs', MAX_PAGES: 'many', S3_BUCKET: '' },
    ['MAX_PAGES', 'S3_BUCKET', 'DB_HOST', 'QUEUE_URL', 'API_TOKEN'],
  ],
  [['work'], { MAX_PAGES: 'many', QUEUE: 'both' }, ['MAX_PAGES', 'QUEUE', 'DB_HOST']],
  [
    ['backfill', 's3://uploads/'],
    { MAX_PAGES: 'many', S3_BUCKET: 'other', QUEUE: 'sqs' },
    ['MAX_PAGES', 'S3_BUCKET', 'DB_HOST', 'QUEUE_URL'],
  ],
  [
    ['verify', 's3://uploads/'],
    { MAX_PAGES: 'many', DB_AUTH: 'iam', DATABASE_URL: 'postgresql://db/x' },
    ['MAX_PAGES', 'DATABASE_URL', 'DB_HOST', 'DB_USER', 'AWS_REGION'],
  ],
  [
    ['retry', '--failed'],
    { MAX_PAGES: 'many', QUEUE: 'sqs' },
    ['MAX_PAGES', 'DB_HOST', 'QUEUE_URL'],
  ],
  [['stats'], { MAX_PAGES: 'many' }, ['MAX_PAGES', 'DB_HOST']],
  [['queue'], { MAX_PAGES: 'many', QUEUE: 'postgres' }, ['MAX_PAGES', 'DB_HOST']],
  [
    ['migrate'],
    { MAX_PAGES: 'many', QUEUE: 'sqs', DB_USER: 'app', DB_APPLICATION_ROLE: 'app' },
    ['MAX_PAGES', 'DB_HOST', 'DB_APPLICATION_ROLE', 'QUEUE_URL'],
  ],
])('%j reports all problems of its configuration together', async (args, env, expected) => {
  const { exitCode, stderr } = await runCli(args, { env });
  expect(exitCode).toBe(2);
  const names = [...stderr.matchAll(/^ {2}([A-Z0-9_]+): /gm)].map(([, name]) => name);
  expect(names).toEqual(expected);
});

describe('a command that cannot start exits by itself', () => {
  test.each(Object.entries(failures))(
    '%s',
    async (_, failure) => {
      const { args, env = {}, exitCode, stderr } = failure();
      const result = await runCli(args, { env: { ...noDatabase, ...env } });
      expect(result.stderr).toMatch(stderr);
      expect(result.stderr).not.toMatch(/\n\s+at /);
      expect(result.exitCode).toBe(exitCode);
    },
    30_000,
  );
});

describe('a part of the sandbox that cannot start exits by itself', () => {
  test.each([
    ['api-process', [], () => ({ PORT: String(takenPort) }), /^Port \d+ is in use .*\n$/],
    ['api-process', [], () => ({ S3_BUCKET: '' }), /S3_BUCKET: expected the bucket/],
    ['database-process', ['/dev/null/postgres', '0'], () => ({}), /\/dev\/null/],
  ] as const)('%s %s', async (name, args, env, message) => {
    const module = new URL(`../../src/sandbox/${name}.ts`, import.meta.url);
    const child = fork(module, args, {
      env: { ...process.env, ...noDatabase, ...env() },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const [stderr, [exitCode]] = await Promise.all([
      text(child.stderr as NodeJS.ReadableStream),
      once(child, 'exit'),
    ]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(exitCode).toBe(1);
  });
});

/** For `NODE_OPTIONS`: runs code before the command. */
const planted = (code: string) => `--import data:text/javascript,${encodeURIComponent(code)}`;

describe('SIGTERM during the start', () => {
  test('ends the server', async () => {
    const neverListens = `
      import net from 'node:net';
      net.Server.prototype.listen = () => { console.error('starting'); setInterval(() => {}, 1e3); };`;
    const server = startCli(['serve', '--port', '0'], {
      env: { ...noDatabase, NODE_OPTIONS: planted(neverListens) },
    });
    await once(server.stderr, 'data');
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    expect(await ended).toEqual([null, 'SIGTERM']);
  });

  test('ends the sandbox, and everything that it started', async () => {
    const temporary = join(folder, 'temporary');
    await mkdir(temporary);
    const sandbox = startCli(['sandbox'], { env: { ...noPorts, TMPDIR: temporary } });
    const pid = sandbox.pid ?? 0;
    const children = () => processesOf('database-process', pid);
    await expect.poll(children, { timeout: 20_000, interval: 20 }).toHaveLength(1);
    const [database = 0] = children();
    const result = resultOf(sandbox);
    sandbox.kill('SIGTERM');
    const { exitCode, stderr } = await result;
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    expect(processesOf('database-process')).not.toContain(database);
    const left = await readdir(temporary);
    expect(left.filter((name) => name.startsWith('grayscale-'))).toEqual([]);
  }, 40_000);
});

describe('an unhandled error', () => {
  const faultOnSignal = `process.on('SIGUSR2', () => { throw new Error('planted'); });`;

  test('ends the server with 1 after it has answered open requests', async () => {
    const server = startCli(['serve', '--port', '0'], {
      env: { ...noDatabase, NODE_OPTIONS: planted(faultOnSignal) },
    });
    const [first] = await once(server.stdout, 'data');
    const { url } = JSON.parse(String(first).split('\n')[0] ?? '') as { url: string };
    const result = resultOf(server);
    // Its body is not yet sent when the error happens.
    let finish = () => {};
    const image = await tinyPng(5);
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(image.subarray(0, 10));
        finish = () => {
          controller.enqueue(image.subarray(10));
          controller.close();
        };
      },
    });
    const converting = fetch(`${url}/v1/convert`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'image/png' },
      duplex: 'half',
    } as RequestInit);
    await expect.poll(async () => (await fetch(`${url}/healthz`)).status).toBe(200);
    server.kill('SIGUSR2');
    const isClosed = () =>
      fetch(`${url}/healthz`).then(
        ({ status }) => status,
        () => 'closed',
      );
    await expect.poll(isClosed).toBe('closed');
    finish();
    expect((await converting).status).toBe(200);
    const { exitCode, stdout } = await result;
    expect(stdout.toString()).toContain('"message":"internal error"');
    expect(stdout.toString()).toContain('"reason":"planted"');
    expect(exitCode).toBe(1);
  }, 40_000);

  test('ends a command with 1 and a sentence', async () => {
    const waiting = startCli(['inspect-event', '-'], {
      env: { NODE_OPTIONS: planted(`setTimeout(() => { throw new Error('planted'); }, 100);`) },
    });
    const { exitCode, stderr } = await resultOf(waiting);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'Internal error: planted\n' });
  });
});
