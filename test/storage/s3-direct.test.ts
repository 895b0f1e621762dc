// What the store does on its own, without the SDK, and what it leaves to the SDK.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { afterEach, expect, test } from 'vitest';
import { Rejected } from '../../src/pipeline/index.ts';
import { createS3Store } from '../../src/storage/s3-store.ts';
import { oddKeys } from './object-store.contract.ts';

const maxBytes = 1_000;
const plain = {
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
} as const;

type Respond = (response: ServerResponse) => unknown;

let stop: (() => void) | undefined;
afterEach(() => stop?.());

/** A store that gives these responses in turn, then empty objects; and the requests it received. */
async function startStore(
  responses: Respond[] = [],
  { traceId, ...config }: S3ClientConfig & { traceId?: () => string | undefined } = plain,
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
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token' },
    forcePathStyle: true,
    ...config,
  });
  return { store: createS3Store(client, { traceId }), requests };
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

test('S3 also keeps the checksum, and its own are left to the SDK to compare', async () => {
  const { store, requests } = await startStore([], {});
  await store.read(refOf('a'), { maxBytes });
  await store.put(refOf('out'), png);
  await store.read(refOf('a'), { maxBytes });
  expect(requests.map(isFromSdk)).toEqual([true, false, true]);
  expect(requests[1]?.headers['x-amz-checksum-sha256']).toBe(digest.toString('base64'));
  expect(requests[2]?.headers['x-amz-checksum-mode']).toBe('ENABLED');
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
