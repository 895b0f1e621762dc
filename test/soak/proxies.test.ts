import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HttpProxy, startHttpProxy } from './http-proxy.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

let target: Server;
let done: string[] = [];
let http: HttpProxy;
let tcp: TcpProxy;
let url: string;

beforeAll(async () => {
  target = createServer((request, response) => {
    done.push(`${request.method} ${request.url}`);
    response.setHeader('content-length', 100);
    response.end('x'.repeat(100));
  }).listen(0, '127.0.0.1');
  await once(target, 'listening');
  const { port } = target.address() as AddressInfo;
  http = await startHttpProxy({ target: `http://127.0.0.1:${port}`, seed: 1 });
  tcp = await startTcpProxy(http.port);
  url = `http://127.0.0.1:${tcp.port}`;
});

afterAll(async () => {
  await tcp.close();
  await http.close();
  target.close();
});

const get = (init: RequestInit = {}) =>
  fetch(`${url}/uploads/a`, { ...init, headers: { connection: 'close', ...init.headers } });

test('both forward everything unchanged', async () => {
  const response = await get();
  expect(response.status).toBe(200);
  expect(await response.text()).toBe('x'.repeat(100));
});

test('refused connections are reset, and later ones are not', async () => {
  const end = tcp.impose({ refuses: true });
  await expect(get()).rejects.toThrow();
  end();
  expect((await get()).status).toBe(200);
});

test('a stall holds data back until it is over', async () => {
  const end = tcp.impose({ stalls: true });
  const response = get();
  expect(await Promise.race([response, sleep(300)])).toBeUndefined();
  end();
  expect((await response).status).toBe(200);
});

test('a cut ends open connections', async () => {
  while (tcp.connections > 0) await sleep(5);
  const end = tcp.impose({ stalls: true });
  const response = get();
  while (tcp.connections === 0) await sleep(5);
  tcp.cut();
  end();
  await expect(response).rejects.toThrow();
});

test.each([
  ['slow-down', 503, 'SlowDown'],
  ['internal-error', 500, 'InternalError'],
] as const)('%s is answered as S3 does it', async (responseFault, status, code) => {
  const end = http.impose(responseFault, 1);
  const response = await get();
  end();
  expect(response.status).toBe(status);
  expect(await response.text()).toContain(`<Code>${code}</Code>`);
});

test('a body is truncated, with the full length in its header', async () => {
  const end = http.impose('truncate', 1);
  const response = await get();
  end();
  expect(response.headers.get('content-length')).toBe('100');
  await expect(response.text()).rejects.toThrow();
});

test('a body stalls in the middle until the client times out', async () => {
  const end = http.impose('stall', 1);
  const reading = new AbortController();
  const response = await get({ signal: reading.signal });
  end();
  const reader = response.body?.getReader();
  expect((await reader?.read())?.value).toHaveLength(50);
  const more = reader?.read();
  expect(await Promise.race([more, sleep(300)])).toBeUndefined();
  reading.abort();
  await expect(more).rejects.toThrow();
  expect(http.counts.stall).toBe(1);
});

test('a request is executed although its answer is lost', async () => {
  const end = http.impose('lose-answer', 1);
  done = [];
  await expect(get({ method: 'PUT' })).rejects.toThrow();
  end();
  expect(done).toEqual(['PUT /uploads/a']);
});

test('a write is delayed once', async () => {
  http.holdNextPut('/uploads/a', 200);
  const startedAt = performance.now();
  await get({ method: 'PUT' });
  expect(performance.now() - startedAt).toBeGreaterThan(190);
  expect(http.counts['hold-put']).toBe(1);
});

test('a signature from a different hour is rejected', async () => {
  const signed = (at: number) =>
    get({ headers: { 'x-amz-date': new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '') } });
  expect((await signed(Date.now() - 5 * 60_000)).status).toBe(200);
  const response = await signed(Date.now() - 20 * 60_000);
  expect(response.status).toBe(403);
  expect(await response.text()).toContain('<Code>RequestTimeTooSkewed</Code>');
});
