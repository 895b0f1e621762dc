// What the store does on its own, without the SDK, and what it leaves to the SDK.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, test } from 'vitest';
import { Rejected, Unavailable } from '../../src/pipeline/index.ts';
import { accessBy, type DirectTerms } from '../../src/storage/s3-connection.ts';
import { plainRoute } from '../../src/storage/s3-plain-route.ts';
import { createS3Store } from '../../src/storage/s3-store.ts';
import { oddKeys } from './object-store.contract.ts';

const maxBytes = 1_000;
const plain = {
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
} as const;

type Respond = (response: ServerResponse) => unknown;

interface Config extends S3ClientConfig {
  traceId?: () => string | undefined;
  /** Knows how to send requests without the SDK, for the server at this address. */
  terms?: (endpoint: string) => DirectTerms;
}

let stop: (() => void) | undefined;
afterEach(() => stop?.());

/** A store that gives these responses in turn, then empty objects; and the requests it received. */
async function startStore(
  responses: Respond[] = [],
  { traceId, terms, ...config }: Config = plain,
) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request.resume());
    (responses.shift() ?? succeed)(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  stop = () => {
    server.closeAllConnections();
    server.close();
  };
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new S3Client({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token' },
    forcePathStyle: true,
    ...config,
  });
  const access = { ...accessBy(client), terms: terms?.(endpoint) };
  return { store: createS3Store(access, { traceId }), requests };
}

const succeed: Respond = (response) => response.writeHead(200, { etag: '"e"' }).end();
const fail =
  (status: number, code: string): Respond =>
  (response) =>
    response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`);

const isFromSdk = ({ headers }: IncomingMessage) => 'amz-sdk-invocation-id' in headers;
const refOf = (key: string) => ({ bucket: 'uploads', key });
const png = { bytes: Buffer.from('gray'), contentType: 'image/png', metadata: { recipe: 'a b' } };
const digest = createHash('sha256').update(png.bytes).digest();

test('the SDK sends the first request for a bucket, and later ones are sent directly', async () => {
  const { store, requests } = await startStore();
  await store.read(refOf('a'), { maxBytes });
  await store.put(refOf('out/a'), png);
  await store.head(refOf('a'));
  await store.head({ bucket: 'other', key: 'a' });
  expect(requests.map(isFromSdk)).toEqual([true, false, false, true]);
});

test.each(oddKeys)('the key %j has the path that the SDK gives it', async (key) => {
  const { store, requests } = await startStore();
  await store.head(refOf(key));
  await store.head(refOf(key));
  const [bySdk, direct] = requests;
  expect(direct?.url).toBe(bySdk?.url);
  expect(direct?.headers.host).toBe(bySdk?.headers.host);
});

test('an output is sent with its metadata, and with its signed checksum', async () => {
  const { store, requests } = await startStore();
  await store.head(refOf('a'));
  await store.put(refOf('out'), png);
  const headers = requests[1]?.headers ?? {};
  expect(headers).toMatchObject({
    'content-type': 'image/png',
    'content-length': '4',
    'x-amz-meta-recipe': 'a b',
    'x-amz-content-sha256': digest.toString('hex'),
    'x-amz-security-token': 'token',
  });
  expect(headers.authorization).toMatch(/SignedHeaders=[^,]*x-amz-content-sha256/);
  expect(headers).not.toHaveProperty('x-amz-checksum-sha256');
});

test('S3 also keeps the checksum, and is asked for those that it keeps', async () => {
  const { store, requests } = await startStore([], {});
  await store.read(refOf('a'), { maxBytes });
  await store.put(refOf('out'), png);
  await store.read(refOf('a'), { maxBytes });
  expect(requests.map(isFromSdk)).toEqual([true, false, false]);
  expect(requests[1]?.headers['x-amz-checksum-sha256']).toBe(digest.toString('base64'));
  expect(requests[2]?.headers['x-amz-checksum-mode']).toBe('ENABLED');
});

const sha256Of = (text: string) => createHash('sha256').update(text).digest('base64');
const intact: Respond = (response) =>
  response
    .writeHead(200, { etag: '"e"', 'x-amz-checksum-sha256': sha256Of('intact') })
    .end('intact');
const damaged: Respond = (response) =>
  response
    .writeHead(200, { etag: '"e"', 'x-amz-checksum-sha256': sha256Of('intact') })
    .end('damage');

test('an object that does not match its checksum is read again by the SDK', async () => {
  const { store, requests } = await startStore([succeed, intact, damaged, intact], {});
  await store.head(refOf('a'));
  await store.read(refOf('a'), { maxBytes });
  const { bytes } = (await store.read(refOf('a'), { maxBytes })) ?? {};
  expect(Buffer.from(bytes ?? []).toString()).toBe('intact');
  expect(requests.map(isFromSdk)).toEqual([true, false, false, true]);
});

test('a damaged object is not read', async () => {
  const { store } = await startStore([succeed, damaged, damaged], { maxAttempts: 1 });
  await store.head(refOf('a'));
  await expect(store.read(refOf('a'), { maxBytes })).rejects.toBeInstanceOf(Unavailable);
});

describe('when the environment has everything that a request needs', () => {
  const terms = (endpoint: string): DirectTerms => ({
    routeOf: (bucket) => plainRoute(bucket, { region: 'eu-central-1', endpoint, userAgent: 'us' }),
    credentials: () => ({ accessKeyId: 'id', secretAccessKey: 'secret' }),
    ...{ systemClockOffset: 0, sendsChecksums: false, readsChecksums: false },
  });

  test('the SDK sends only what fails, and what it alone can', async () => {
    const { store, requests } = await startStore([succeed, succeed, fail(503, 'SlowDown')], {
      ...{ ...plain, terms },
    });
    await store.read(refOf('a'), { maxBytes });
    await store.put(refOf('out/a'), png);
    await store.head(refOf('a'));
    await store.head({ bucket: 'other', key: 'a' });
    await store.remove(refOf('a'));
    expect(requests.map(isFromSdk)).toEqual([false, false, false, true, false, true]);
    expect(requests[0]?.headers['user-agent']).toBe('us');
  });

  test('the SDK is asked for buckets with unusual names', async () => {
    const { store, requests } = await startStore([], { ...plain, terms });
    await store.head({ bucket: 'with.dots', key: 'a' });
    expect(requests.map(isFromSdk)).toEqual([true]);
  });
});

test('the trace of each invocation is sent', async () => {
  const traces = ['Root=1', 'Root=2'];
  const { store, requests } = await startStore([], { ...plain, traceId: () => traces.shift() });
  for (const key of ['a', 'b', 'c', 'd']) await store.head(refOf(key));
  const sent = requests.map(({ headers }) => headers['x-amzn-trace-id']);
  expect(sent).toEqual([undefined, 'Root=1', 'Root=2', undefined]);
});

test.each([
  ['an error', fail(503, 'SlowDown')],
  ['a broken connection', (response: ServerResponse) => response.destroy()],
])('after %s the SDK repeats the request', async (_, respond) => {
  const { store, requests } = await startStore([succeed, respond]);
  await store.head(refOf('a'));
  await store.put(refOf('out'), png);
  expect(requests.map(isFromSdk)).toEqual([true, false, true]);
});

test('the SDK decides what an error means', async () => {
  const denied = fail(403, 'AccessDenied');
  const missing = fail(404, 'NoSuchKey');
  const { store } = await startStore([succeed, missing, missing, denied, denied]);
  await store.head(refOf('a'));
  expect(await store.read(refOf('a'), { maxBytes })).toBeUndefined();
  await expect(store.read(refOf('a'), { maxBytes })).rejects.toBeInstanceOf(Rejected);
});
