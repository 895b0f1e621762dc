// The server as clients see it: on a port, with clients that are slow, gone, too many or too large.
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openServer } from '../../src/app/open-server.ts';
import { ConfigError } from '../../src/config/index.ts';
import type { StoreAndQueue } from '../../src/sandbox/store-and-queue.ts';
import type { Problem } from '../../src/server/api/schemas.ts';
import { type RunningServer, startServer } from '../../src/server/server.ts';
import { s3Event } from '../../testing/events.ts';
import { tinyPng } from '../../testing/pipeline.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { processesOf } from '../../testing/processes.ts';
import { startS3 } from '../../testing/s3.ts';
import { read, testConfig } from '../../testing/server.ts';

let store: StoreAndQueue;
let database: TestDatabase;
const running: RunningServer[] = [];
beforeAll(async () => {
  [store, database] = await Promise.all([startS3(), createDatabase()]);
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});
afterAll(async () => {
  await database.drop();
  await store.close();
});

async function start(env: Record<string, string> = {}): Promise<RunningServer> {
  const parts = await openServer(testConfig({ store, database, env }));
  const options = { host: '127.0.0.1', port: 0, log: () => {}, usesNotifications: true };
  const server = await startServer(parts, options);
  running.push(server);
  return server;
}

const post = (url: string, body: Uint8Array, init: RequestInit = {}) =>
  fetch(url, { method: 'POST', body: new Uint8Array(body), ...init });

async function noise(width: number, height: number): Promise<Buffer> {
  const effect = { type: 'gaussian', mean: 128, sigma: 30 } as const;
  const create = { width, height, channels: 3, background: '#888', noise: effect } as const;
  return await sharp({ create }).jpeg({ quality: 60 }).toBuffer();
}

test('answers on its port, and events reach streams of other servers on the same database', async () => {
  const [one, other] = [await start(), await start()];
  const response = await fetch(`${other.url}/v1/live`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const waitFor = async (part: string) => {
    while (!text.includes(part)) text += (await reader?.read())?.value ?? '';
  };
  await waitFor('hello');
  await sleep(300);

  const body = await tinyPng(77);
  const uploaded = await post(`${one.url}/v1/uploads?key=across.png`, body);
  expect(uploaded.status).toBe(202);
  const event = JSON.stringify(s3Event({ bucket: 'uploads', key: 'across.png' }));
  const startedAt = performance.now();
  await fetch(`${one.url}/v1/events`, { method: 'POST', body: event });
  await waitFor('grayscale/across.png');
  // Without the notification, it would take two seconds in half of the runs.
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  await reader?.cancel();
});

describe('an address that others can reach', () => {
  test.each(['0.0.0.0', '::', '192.0.2.1', 'gray.example.com'])(
    'is refused without a token: %s',
    async (host) => {
      const parts = await openServer(testConfig({ store, database }));
      const starting = startServer(parts, {
        host,
        port: 0,
        log: () => {},
        usesNotifications: false,
      });
      await expect(starting).rejects.toThrow(ConfigError);
      await expect(starting).rejects.toThrow(/API_TOKEN: expected a token because HOST=/);
      await parts.close();
    },
  );
});

test('reports in a sentence that its port is in use', async () => {
  const { url } = await start();
  const parts = await openServer(testConfig({ store, database }));
  const port = Number(new URL(url).port);
  const starting = startServer(parts, {
    host: '127.0.0.1',
    port,
    log: () => {},
    usesNotifications: false,
  });
  await expect(starting).rejects.toThrow(`Port ${port} is in use by another program. Set PORT`);
  await parts.close();
});

test('answers health checks while images are converted', async () => {
  const { url } = await start({ CONCURRENCY: '1' });
  const image = await tinyPng(1);
  await post(`${url}/v1/convert`, image);
  // A process that is stopped converts for as long as the test needs, however busy the machine is.
  const [pid = 0, ...others] = processesOf('converter-process', process.pid);
  expect(others).toEqual([]);
  process.kill(pid, 'SIGSTOP');
  let converted = 0;
  const working = Array.from({ length: 4 }, async () => {
    const { status } = await post(`${url}/v1/convert`, image);
    converted++;
    return status;
  });
  try {
    for (let i = 0; i < 20; i++) expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(converted).toBe(0);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  expect(await Promise.all(working)).toEqual([200, 200, 200, 200]);
});

test('refuses requests beyond its capacity immediately, and says when to retry', async () => {
  const { url } = await start({ CONCURRENCY: '1' });
  const image = await noise(1_000, 750);
  const responses = await Promise.all(
    Array.from({ length: 40 }, () => post(`${url}/v1/convert`, image)),
  );
  const statuses = responses.map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([200, 503]));
  const refused = responses.find(({ status }) => status === 503);
  expect(refused?.headers.get('retry-after')).toMatch(/^\d+$/);
  if (refused) expect(await read<Problem>(refused)).toMatchObject({ code: 'OVERLOADED' });
  expect((await post(`${url}/v1/convert`, image)).status).toBe(200);
}, 60_000);

/** Sends a part of a body and then nothing, or disconnects. */
function sendPart(url: string, { length, part }: { length: number; part: Uint8Array }) {
  const sending = request(url, { method: 'POST', headers: { 'content-length': length } });
  sending.on('error', () => {});
  sending.write(part);
  return sending;
}

describe('a client', () => {
  test.each(['/v1/convert', '/v1/uploads?key=slow.png', '/v1/events'])(
    'that sends its body too slowly to %s gets 408',
    async (path) => {
      const { url } = await start({ REQUEST_TIMEOUT_SECONDS: '1' });
      const sending = sendPart(`${url}${path}`, { length: 1_000, part: new Uint8Array(10) });
      const [response] = (await once(sending, 'response')) as [IncomingMessage];
      expect(response.statusCode).toBe(408);
      sending.destroy();
    },
    20_000,
  );

  test('that disconnects during an upload leaves nothing in the bucket', async () => {
    const { url } = await start();
    const path = '/v1/uploads?key=half.png';
    const sending = sendPart(`${url}${path}`, { length: 5_000_000, part: new Uint8Array(100_000) });
    await sleep(300);
    sending.destroy();
    await sleep(300);
    const head = new HeadObjectCommand({ Bucket: 'uploads', Key: 'half.png' });
    await expect(store.s3.send(head)).rejects.toMatchObject({ name: 'NotFound' });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  test('that disconnects while its image is converted frees its slot for others', async () => {
    const { url } = await start({
      CONCURRENCY: '1',
      MAX_PIXELS: '200000000',
      MEMORY_BUDGET_MB: '4096',
    });
    const image = await noise(4_000, 3_000);
    await post(`${url}/v1/convert`, await tinyPng(1));
    const gone = Array.from({ length: 16 }, async () => {
      const client = new AbortController();
      const response = post(`${url}/v1/convert?format=avif&effort=9`, image, {
        signal: client.signal,
      }).catch(() => undefined);
      await sleep(1_500);
      client.abort();
      return await response;
    });
    expect(await Promise.all(gone)).toEqual(Array(16).fill(undefined));
    const startedAt = performance.now();
    await expect
      .poll(async () => (await post(`${url}/v1/convert`, await tinyPng(2))).status, {
        timeout: 20_000,
      })
      .toBe(200);
    // A single one of those 16 images takes longer.
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  }, 60_000);

  test('that sends invalid or excessive HTTP causes no failure', async () => {
    const { url } = await start();
    const port = Number(new URL(url).port);
    for (const text of [
      '\x16\x03\x01\x02',
      'GET / HTTP/1.1\r\nhost: a\r\nx: y\r\n z\r\n\r\n',
      `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`,
    ]) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.end(text);
      socket.resume();
      await once(socket, 'close');
    }
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });
});

test('finishes the work in progress when it is stopped, and accepts no more', async () => {
  const server = await start();
  const { url } = server;
  await post(`${url}/v1/convert`, await tinyPng(1));
  const stream = await fetch(`${url}/v1/live`);
  const image = await noise(4_000, 3_000);
  const converting = post(`${url}/v1/convert`, image);
  await sleep(150);
  const closing = server.close();
  running.length = 0;
  await sleep(50);
  const late = await fetch(`${url}/v1/images`).catch(() => undefined);
  expect(late?.status ?? 503).toBe(503);
  const response = await converting;
  expect(response.status).toBe(200);
  expect((await sharp(Buffer.from(await response.arrayBuffer())).metadata()).width).toBe(4_000);
  await stream.text();
  await closing;
}, 60_000);
