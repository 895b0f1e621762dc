// Clients that send nothing, send too slowly or too much, or do not read: none may affect others.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openServer } from '../../src/app/open-server.ts';
import type { StoreAndQueue } from '../../src/sandbox/store-and-queue.ts';
import {
  type ClientLimits,
  defaultClientLimits,
  type RunningServer,
  startServer,
} from '../../src/server/server.ts';
import { defaultMinSpeed } from '../../src/server/transfer/body-chunks.ts';
import { tinyPng } from '../../testing/pipeline.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { headOf, type RawClient, sendRaw } from '../../testing/raw-client.ts';
import { startS3 } from '../../testing/s3.ts';
import { testConfig } from '../../testing/server.ts';

let store: StoreAndQueue;
let database: TestDatabase;
const running: RunningServer[] = [];
const clients: RawClient[] = [];
let logged: { level: string; message: string; fields: Record<string, unknown> }[] = [];

beforeAll(async () => {
  [store, database] = await Promise.all([startS3(), createDatabase()]);
});
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy();
  for (const server of running.splice(0)) await server.close();
  logged = [];
});
afterAll(async () => {
  await database.drop();
  await store.close();
});

async function start(
  env: Record<string, string> = {},
  options: { clientLimits?: ClientLimits } = {},
): Promise<string> {
  const parts = await openServer(testConfig({ store, database, env }));
  const server = await startServer(parts, {
    host: '127.0.0.1',
    port: 0,
    log: (level, message, fields = {}) => logged.push({ level, message, fields }),
    usesNotifications: false,
    ...options,
  });
  running.push(server);
  return server.url;
}

function send(url: string, text: string, options = {}): RawClient {
  const client = sendRaw(url, text, options);
  clients.push(client);
  return client;
}

/** The default limits, a tenth as long. */
const clientLimits = {
  headersTimeoutMs: defaultClientLimits.headersTimeoutMs / 10,
  minSpeed: { ...defaultMinSpeed, graceMs: defaultMinSpeed.graceMs / 10 },
};

const pollOptions = { timeout: 15_000 };
const times = (count: number, make: () => RawClient) => Array.from({ length: count }, make);

async function convertTiny(url: string): Promise<Response> {
  const body = new Uint8Array(await tinyPng(1));
  return await fetch(`${url}/v1/convert`, { method: 'POST', body });
}

/** A value of the metrics. */
async function gauge(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

describe('a live stream', () => {
  async function expectLive(url: string) {
    const controller = new AbortController();
    const response = await fetch(`${url}/v1/live`, { signal: controller.signal });
    expect(response.status).toBe(200);
    const { value } = (await response.body?.getReader().read()) ?? {};
    expect(Buffer.from(value ?? []).toString()).toContain('hello');
    controller.abort();
  }

  test('is not opened by HEAD requests, however many', async () => {
    const url = await start();
    for (let i = 0; i < 300; i++) {
      const response = await fetch(`${url}/v1/live`, { method: 'HEAD' });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    }
    expect(await gauge(url, 'grayscale_live_subscribers')).toBe(0);
    await expectLive(url);
  });

  test('releases its slot when its client disconnects before the first byte', async () => {
    const url = await start();
    for (let i = 0; i < 300; i++) {
      const { socket } = send(url, headOf('GET', '/v1/live'), { isPaused: true });
      if (i % 2 === 0) await once(socket, 'connect');
      setImmediate(() => socket.destroy());
    }
    await expect.poll(() => gauge(url, 'grayscale_live_subscribers'), pollOptions).toBe(0);
    await expectLive(url);
  });

  test('releases its slot when its client never reads', async () => {
    const url = await start();
    const paused = times(150, () => send(url, headOf('GET', '/v1/live'), { isPaused: true }));
    await expect.poll(() => gauge(url, 'grayscale_live_subscribers'), pollOptions).toBe(150);
    for (const { socket } of paused) socket.destroy();
    await expect.poll(() => gauge(url, 'grayscale_live_subscribers'), pollOptions).toBe(0);
    for (const { socket } of times(150, () => send(url, headOf('GET', '/v1/live')))) {
      await once(socket, 'data');
    }
    await expectLive(url);
  });
});

describe('bodies that do not arrive', () => {
  const headers100Mb = { 'content-length': String(100 * 2 ** 20) };

  test.each([
    ['declare 100 MB and send nothing', '/v1/convert', headers100Mb, ''],
    ['declare 100 MB and send a part', '/v1/convert', headers100Mb, 'x'.repeat(1_000)],
    ['declare no length and send nothing', '/v1/convert', { 'transfer-encoding': 'chunked' }, ''],
    ['send a part of a chunk', '/v1/convert', { 'transfer-encoding': 'chunked' }, 'ff\nabc'],
    ['declare events', '/v1/events', { 'content-length': '1000000' }, ''],
    ['send a part of an event', '/v1/events', { 'content-length': '1000000' }, '{'],
    ['declare uploads', '/v1/uploads?key=idle.png', headers100Mb, ''],
  ])(
    '%s: conversions and uploads continue',
    async (_, path, headers, part) => {
      const url = await start();
      const idle = times(100, () => send(url, headOf('POST', path, headers) + part));
      await Promise.all(idle.map(({ socket }) => once(socket, 'connect')));
      await sleep(300);
      expect((await convertTiny(url)).status).toBe(200);
      const body = new Uint8Array(await tinyPng(2));
      const upload = await fetch(`${url}/v1/uploads?key=on.png`, { method: 'POST', body });
      expect(upload.status).toBe(202);
    },
    30_000,
  );

  test.each([
    ['/v1/convert', ''],
    ['/v1/uploads?key=idle.png', ''],
    ['/v1/uploads?key=half.png', 'x'],
  ])(
    'idle bodies to %s after %j get 408 and are closed',
    async (path, part) => {
      const url = await start({}, { clientLimits });
      const idle = send(url, headOf('POST', path, headers100Mb) + part);
      expect(await idle.status()).toBe(408);
      expect(idle.text()).toContain('"code":"REQUEST_TIMEOUT"');
      expect(idle.text().toLowerCase()).toContain('connection: close');
      await idle.closed;
    },
    30_000,
  );

  test('a slow body gets 408', async () => {
    const url = await start({}, { clientLimits });
    const drip = send(url, headOf('POST', '/v1/convert', headers100Mb));
    const dripping = setInterval(() => drip.socket.write('x'), 200);
    expect(await drip.status()).toBe(408);
    clearInterval(dripping);
    await drip.closed;
  }, 90_000);

  test('a burst gains no more than the grace period', async () => {
    const url = await start({}, { clientLimits });
    const burst = send(url, headOf('POST', '/v1/convert', headers100Mb));
    burst.socket.write(Buffer.alloc(2 ** 20));
    expect(await burst.status()).toBe(408);
  }, 90_000);

  test('a request without available memory gets 503 immediately, and none waits for another', async () => {
    // A quarter of it is reserved for files: 8 MB.
    const url = await start({ MEMORY_BUDGET_MB: '32' });
    const half = headOf('POST', '/v1/convert', { 'content-length': String(3 * 2 ** 20) });
    const large = times(12, () => send(url, half));
    for (const { socket } of large) socket.write(Buffer.alloc(2 ** 20 - 1));
    await expect
      .poll(
        () => large.filter((client) => /^HTTP\/1\.1 503/.test(client.text())).length,
        pollOptions,
      )
      .toBeGreaterThanOrEqual(2);
    const refused = large.find((client) => client.text() !== '');
    expect(refused?.text()).toContain('"code":"OVERLOADED"');
    expect(refused?.text().toLowerCase()).toContain('retry-after: 5');
    for (const { socket } of clients) socket.destroy();
    await expect.poll(async () => (await convertTiny(url)).status, pollOptions).toBe(200);
  }, 90_000);
});

describe('unread responses', () => {
  test('are counted while unread, and closed after the time limit', async () => {
    const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
    const create = { width: 3_000, height: 2_000, channels: 3, background: '#888', noise } as const;
    const image = await sharp({ create }).jpeg({ quality: 30 }).toBuffer();
    // 40 MB for files. Each response has about 12 MB, more than sockets buffer.
    const url = await start({ MEMORY_BUDGET_MB: '160', REQUEST_TIMEOUT_SECONDS: '12' });
    const head = headOf('POST', '/v1/convert?depth=16&method=luminance', {
      'content-length': String(image.byteLength),
    });
    const paused: RawClient[] = [];
    let status = 200;
    for (let i = 0; i < 40 && status === 200; i++) {
      const client = send(url, head, { isPaused: true });
      paused.push(client);
      client.socket.write(image);
      await sleep(800);
      const body = new Uint8Array(image);
      status = (await fetch(`${url}/v1/convert`, { method: 'POST', body })).status;
    }
    expect(status).toBe(503);
    // After their time limit, the connections are closed and memory is available again.
    await expect
      .poll(async () => (await convertTiny(url)).status, { timeout: 60_000, interval: 500 })
      .toBe(200);
  }, 180_000);
});

test('a connection with too many pipelined requests is closed', async () => {
  const url = await start();
  const client = send(url, headOf('GET', '/v1/live').repeat(100));
  await client.closed;
  await expect.poll(() => gauge(url, 'grayscale_live_subscribers'), pollOptions).toBe(0);
  expect(logged).toContainEqual(expect.objectContaining({ message: 'connection ended' }));
});

test('a connection whose headers do not arrive is closed', async () => {
  const url = await start({}, { clientLimits });
  const [nothing, part] = [send(url, ''), send(url, 'GET / HTTP/1.1\nhost: localhost\n')];
  await Promise.all([nothing.closed, part.closed]);
  // Without the server's own check, Node would check after 30 seconds.
}, 20_000);
