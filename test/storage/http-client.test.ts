import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { createHttpClient, type HttpLimits } from '../../src/storage/http-client.ts';
import { selfSignedCertificate } from '../../testing/certificate.ts';

let stop: (() => void) | undefined;
afterEach(() => stop?.());

async function startServer(listener: RequestListener, limits: HttpLimits = {}) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = createHttpClient(limits);
  stop = () => {
    client.close();
    server.closeAllConnections();
    server.close();
  };
  const { port } = server.address() as AddressInfo;
  const address = { protocol: 'http:', hostname: '127.0.0.1', port, path: '/a?b' };
  const get = () => client.send({ ...address, method: 'GET', headers: { host: 'h', a: 'b' } });
  return { client, address, get };
}

test('a body is sent and received, and headers are joined', async () => {
  const { client, address } = await startServer(async (request, response) => {
    const { method, url, headers } = request;
    response.writeHead(201, { 'X-Twice': ['1', '2'] });
    response.end(`${method} ${url} ${headers.host} ${await buffer(request)}`);
  });
  const body = Buffer.from('gray');
  const put = { ...address, method: 'PUT', headers: { host: 'h', 'content-length': '4' }, body };
  const response = await client.send(put);
  expect(response).toMatchObject({ statusCode: 201, headers: { 'x-twice': '1,2' } });
  expect(`${await buffer(response.body)}`).toBe('PUT /a?b h gray');
});

test('a connection is kept for the next request', async () => {
  const ports = new Set<number | undefined>();
  const { get } = await startServer(({ socket }, response) => {
    ports.add(socket.remotePort);
    response.end('x');
  });
  for (let i = 0; i < 3; i++) await buffer((await get()).body);
  expect(ports.size).toBe(1);
});

test('a server that does not respond in time is an error', async () => {
  const { get } = await startServer(() => {}, { requestTimeoutMs: 30 });
  await expect(get()).rejects.toThrow('Timeout: no response');
});

test('a connection on which nothing arrives is an error', async () => {
  const { get } = await startServer(() => {}, { socketTimeoutMs: 30 });
  await expect(get()).rejects.toThrow('Timeout: nothing arrives');
});

test('a body that stops is an error', async () => {
  const { get } = await startServer((_, response) => void response.writeHead(200).write('x'), {
    socketTimeoutMs: 50,
  });
  await expect(buffer((await get()).body)).rejects.toThrow();
});

test('a server that cannot be reached is an error', async () => {
  const { client, address } = await startServer(() => {});
  const request = { ...address, port: 1, method: 'GET', headers: {} };
  await expect(client.send(request)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await expect(client.send({ ...request, protocol: 'https:' })).rejects.toMatchObject({
    code: 'ECONNREFUSED',
  });
});

test('only a trusted server is sent a request over TLS', async () => {
  const { key, cert } = selfSignedCertificate();
  let received = 0;
  const server = createTlsServer({ key, cert }, (_, response) => {
    received++;
    response.end('x');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = createHttpClient();
  const { port } = server.address() as AddressInfo;
  const address = { protocol: 'https:', hostname: 'localhost', port, path: '/' };
  const trusted = getCACertificates();
  try {
    const request = { ...address, method: 'GET', headers: {} };
    await expect(client.send(request)).rejects.toThrow(/certificate/);
    expect(received).toBe(0);
    setDefaultCACertificates([...trusted, cert]);
    expect(`${await buffer((await client.send(request)).body)}`).toBe('x');
  } finally {
    setDefaultCACertificates(trusted);
    client.close();
    server.close();
  }
});
