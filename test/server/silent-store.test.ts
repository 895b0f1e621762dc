// A store that does not answer, and clients that pause: each wait is bounded, and the log says
// which of the two was the cause.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openServer } from '../../src/app/open-server.ts';
import type { StoreAndQueue } from '../../src/sandbox/store-and-queue.ts';
import { type RunningServer, startServer } from '../../src/server/server.ts';
import { convertedOutcome, entriesOf } from '../../testing/outcomes.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { headOf, sendRaw } from '../../testing/raw-client.ts';
import { startS3 } from '../../testing/s3.ts';
import { testConfig } from '../../testing/server.ts';
import { type StoreProxy, startStoreProxy } from '../../testing/store-proxy.ts';

let store: StoreAndQueue;
let database: TestDatabase;
let proxy: StoreProxy;
let server: RunningServer;
let path: string;
let logged: { message: string; fields: Record<string, unknown> }[] = [];
const source = randomBytes(24 * 2 ** 20);

beforeAll(async () => {
  [store, database] = await Promise.all([startS3(), createDatabase()]);
  proxy = await startStoreProxy(store.endpoint);
  const env = { REQUEST_TIMEOUT_SECONDS: '2' };
  const config = testConfig({ store: { ...store, endpoint: proxy.endpoint }, database, env });
  const parts = await openServer(config);
  const object = { Bucket: 'uploads', Key: 'large.bin' };
  const { ETag = '' } = await store.s3.send(new PutObjectCommand({ ...object, Body: source }));
  const etag = ETag.replaceAll('"', '');
  await parts.pipeline.ledger.record(entriesOf(convertedOutcome({ key: 'large.bin', etag })));
  const { rows } = await database.query('SELECT id::text FROM image_metadata');
  path = `/v1/images/${rows[0].id}/source`;
  server = await startServer(parts, {
    host: '127.0.0.1',
    port: 0,
    log: (_, message, fields = {}) => logged.push({ message, fields }),
    usesNotifications: false,
  });
}, 60_000);
afterEach(() => {
  proxy.restore();
  logged = [];
});
afterAll(async () => {
  await server.close();
  await proxy.close();
  await database.drop();
  await store.close();
});

test.each([
  ['the file', 'GET', ''],
  ['its header', 'HEAD', ''],
  ['a thumbnail', 'GET', '?width=160'],
])(
  'a silent store: %s gets 503 within the limit',
  async (_, method, query) => {
    proxy.silenceAfter(0);
    const route = query ? path.replace('/source', '/gray') : path;
    const response = await fetch(`${server.url}${route}${query}`, { method });
    expect(response.status).toBe(503);
    const text = await response.text();
    if (method === 'GET') expect(JSON.parse(text)).toMatchObject({ code: 'TRY_AGAIN' });
    if (method === 'GET') expect(text).toContain('Expected the store to answer within 2 seconds');
  },
  15_000,
);

test('a store that becomes silent in the middle of a file ends the response, and is logged as the cause', async () => {
  proxy.silenceAfter(2 ** 20);
  const response = await fetch(`${server.url}${path}`);
  expect(response.status).toBe(200);
  await expect(response.arrayBuffer()).rejects.toThrow();
  expect(logged).toMatchObject([
    {
      message: 'file not sent in full',
      fields: { key: 'large.bin', reason: expect.stringContaining('the store sent nothing') },
    },
  ]);
}, 15_000);

test('a client that pauses longer than the limit receives the whole file', async () => {
  const client = sendRaw(server.url, headOf('GET', path, { connection: 'close' }), {
    isPaused: true,
  });
  await sleep(3_000);
  let received = 0;
  client.socket.on('data', (chunk) => (received += chunk.length));
  client.socket.resume();
  await client.closed;
  expect(received).toBeGreaterThan(source.length);
  expect(logged).toEqual([]);
}, 30_000);

test('300 clients that leave files unread, or send HEAD, do not block others', async () => {
  for (let i = 0; i < 300; i++) {
    const client = sendRaw(server.url, headOf(i % 2 ? 'HEAD' : 'GET', path), { isPaused: true });
    if (i % 10 === 0) await sleep(20);
    setTimeout(() => client.socket.destroy(), 50);
  }
  await sleep(500);
  const response = await fetch(`${server.url}${path}`, { headers: { range: 'bytes=0-9' } });
  expect(response.status).toBe(206);
  expect(Buffer.from(await response.arrayBuffer())).toEqual(source.subarray(0, 10));
}, 30_000);
