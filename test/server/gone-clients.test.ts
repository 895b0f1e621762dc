// Clients that disconnect while the server does not read their bodies: their streams fail, and
// nothing else does.
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unlessAborted } from '../../src/process/unless-aborted.ts';
import { readableBody } from '../../src/storage/s3-responses.ts';
import { startCli } from '../../testing/cli.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { startS3 } from '../../testing/s3.ts';
import { serverEnvironment } from '../../testing/server.ts';

let database: TestDatabase;
let store: Awaited<ReturnType<typeof startS3>>;
beforeAll(async () => {
  [database, store] = await Promise.all([createDatabase(), startS3()]);
});
afterAll(async () => {
  await database.drop();
  await store.close();
});

/** Announces a body and sends a part of it. */
function beginUpload(url: string, key: string) {
  const sending = request(`${url}/v1/uploads?key=${key}`, {
    method: 'POST',
    headers: { 'content-length': 1_000_000 },
  });
  sending.on('error', () => {});
  sending.write(Buffer.alloc(1_000));
  return sending;
}

test('the server survives clients that disconnect after or before it refuses their uploads', async () => {
  const env = { ...serverEnvironment(store, database), S3_BUCKET: 'uploads' };
  const server = startCli(['serve', '--port', '0'], { env });
  const [first] = await once(server.stdout, 'data');
  const { url } = JSON.parse(String(first).split('\n')[0] ?? '') as { url: string };
  const written: string[] = [];
  for (const stream of [server.stdout, server.stderr]) {
    stream.on('data', (chunk) => written.push(String(chunk)));
  }

  const all = Array.from({ length: 80 }, (_, i) => beginUpload(url, `${i}.png`));
  const refused = await Promise.race(
    all.map(async (sending) => (await once(sending, 'response')) as [IncomingMessage]),
  );
  expect(refused[0].statusCode).toBe(503);
  for (const sending of all) sending.destroy();
  // As soon as they have arrived.
  for (let i = 0; i < 100; i++) {
    const sending = beginUpload(url, `late-${i}.png`);
    await sleep(i % 5);
    sending.destroy();
  }
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  await sleep(500);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect(server.exitCode).toBe(null);
  expect(written.join('')).not.toContain('internal error');
  server.kill('SIGTERM');
  expect(await once(server, 'exit')).toEqual([0, null]);
}, 60_000);

/** Unhandled errors that occur while something else runs. */
async function faultsDuring(work: () => Promise<unknown>): Promise<unknown[]> {
  const faults: unknown[] = [];
  const onFault = (fault: unknown) => faults.push(fault);
  const others = ['uncaughtException', 'unhandledRejection'] as const;
  const before = others.map((name) => [name, process.listeners(name as 'exit')] as const);
  for (const name of others) process.removeAllListeners(name).on(name, onFault);
  try {
    await work();
    await sleep(50);
  } finally {
    for (const [name, listeners] of before) {
      process.removeAllListeners(name);
      for (const listener of listeners) process.on(name as 'exit', listener);
    }
  }
  return faults;
}

test('work that fails after its signal was aborted causes no unhandled error', async () => {
  const reason = new Error('gone');
  const faults = await faultsDuring(async () => {
    const work = sleep(10).then(() => Promise.reject(new Error('late')));
    await expect(unlessAborted(AbortSignal.abort(reason), work)).rejects.toBe(reason);
  });
  expect(faults).toEqual([]);
});

test('an unread body of an object that fails causes no unhandled error', async () => {
  const faults = await faultsDuring(async () => {
    readableBody({ Body: new PassThrough() }).destroy(new Error('ECONNRESET'));
  });
  expect(faults).toEqual([]);
});
