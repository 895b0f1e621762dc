// Attributes of objects: how they are sent, read and rejected.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { StoreAndQueue } from '../../src/sandbox/store-and-queue.ts';
import { accessBy } from '../../src/storage/s3-connection.ts';
import { createS3Store } from '../../src/storage/s3-store.ts';
import { startS3 } from '../../testing/s3.ts';
import { startTaggingStore } from '../../testing/tagging-store.ts';

let server: StoreAndQueue;
beforeAll(async () => {
  server = await startS3();
});
afterAll(() => server.close());

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function connect(endpoint: string): S3Client {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new S3Client({
    ...{ endpoint, credentials, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1 },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  closers.unshift(() => client.destroy());
  return client;
}

/** A store that gives each request this response. */
async function respondWith(status: number, body: string, headers: Record<string, string> = {}) {
  const sent: (string | string[] | undefined)[] = [];
  const stub = createServer((request, response) => {
    sent.push(request.headers['x-amz-storage-class']);
    request.resume();
    response.writeHead(status, headers).end(body);
  }).listen(0, '127.0.0.1');
  closers.push(() => stub.close());
  await new Promise((resolve) => stub.once('listening', resolve));
  return { sent, client: connect(`http://127.0.0.1:${(stub.address() as AddressInfo).port}`) };
}

const maxBytes = 1_000;
const source = { bucket: 'uploads', key: 'source.png' };
const output = { bucket: 'uploads', key: 'grayscale/source.jpg' };
const gray = {
  bytes: Buffer.from('gray'),
  contentType: 'image/png',
  contentDisposition: 'inline; filename="source.png"',
  cacheControl: 'no-cache',
  metadata: { owner: 'café', latin: 'caf\xc3\xa9', plain: 'x' },
};

test.each(['by the SDK', 'directly'])('attributes are stored when sent %s', async (how) => {
  const store = createS3Store(accessBy(connect(server.endpoint)));
  if (how === 'directly') await store.put(output, gray);
  await store.put(output, gray);
  const found = await server.s3.send(
    new HeadObjectCommand({ Bucket: output.bucket, Key: output.key }),
  );
  expect(found).toMatchObject({
    ContentType: 'image/png',
    ContentDisposition: 'inline; filename="source.png"',
    CacheControl: 'no-cache',
    // RFC 2047, for "café" as text, and as the UTF-8 that Node reads as Latin-1
    Metadata: { owner: '=?UTF-8?B?Y2Fmw6k=?=', latin: '=?UTF-8?B?Y2Fmw6k=?=', plain: 'x' },
  });
});

test('Cache-Control and tags of a source are read, and tags are set', async () => {
  const tagging = await startTaggingStore(server.endpoint);
  closers.push(tagging.close);
  const client = connect(tagging.endpoint);
  const store = createS3Store(accessBy(client));
  await client.send(
    new PutObjectCommand({
      ...{ Bucket: source.bucket, Key: source.key, Body: 'x', CacheControl: 'max-age=60' },
      Tagging: 'a%20b=c%2Bd%26%C3%A9&empty=&aws:cloudformation:stack-id=1',
    }),
  );
  const read = await store.read(source, { maxBytes, withTags: true });
  expect(read).toMatchObject({ cacheControl: 'max-age=60', tags: { 'a b': 'c+d&é', empty: '' } });
  expect(Object.keys(read?.tags ?? {})).toEqual(['a b', 'empty']);
  expect(await store.read(source, { maxBytes })).not.toHaveProperty('tags');

  for (const _ of ['by the SDK', 'directly']) {
    tagging.tags.clear();
    await store.put(output, { ...gray, tags: read?.tags ?? {} });
    expect(tagging.tags.get('/uploads/grayscale/source.jpg')).toBe('a%20b=c%2Bd%26%C3%A9&empty=');
  }
});

test.each(['pixels', '<svg/>', ''])(
  'a store that returns the object %j instead of its tags does not support them',
  async (Body) => {
    await server.s3.send(new PutObjectCommand({ Bucket: source.bucket, Key: source.key, Body }));
    const read = createS3Store(accessBy(connect(server.endpoint))).read(source, {
      maxBytes,
      withTags: true,
    });
    await expect(read).rejects.toMatchObject({ code: 'TAGS_NOT_SUPPORTED' });
  },
);

const error = (code: string) => `<Error><Code>${code}</Code></Error>`;

test.each([
  ['501 NotImplemented', 501, 'NotImplemented', {}, { code: 'TAGS_NOT_SUPPORTED' }],
  ['405 MethodNotAllowed', 405, 'MethodNotAllowed', {}, { code: 'TAGS_NOT_SUPPORTED' }],
  ['404 NoSuchKey', 404, 'NoSuchKey', {}, []],
  ['a delete marker', 405, 'MethodNotAllowed', { 'x-amz-delete-marker': 'true' }, []],
  ['403 AccessDenied', 403, 'AccessDenied', {}, { name: 'AccessDeniedError' }],
  ['503 SlowDown', 503, 'SlowDown', {}, { name: 'Unavailable' }],
])('%s for tags has its own meaning', async (_, status, code, headers, expected) => {
  const { client } = await respondWith(status, error(code), headers);
  const { readTags } = await import('../../src/storage/s3-tags.ts');
  const { createSender } = await import('../../src/storage/s3-responses.ts');
  const tags = readTags(createSender(client), source);
  if (Array.isArray(expected)) expect(await tags).toEqual({});
  else await expect(tags).rejects.toMatchObject(expected);
});

test('outputs get the configured storage class, first and later', async () => {
  const { client, sent } = await respondWith(200, '', { etag: '"e"' });
  const store = createS3Store(accessBy(client), { storageClass: 'STANDARD_IA' });
  await store.put(output, gray);
  await store.put(output, gray);
  await createS3Store(accessBy(client)).put(output, gray);
  expect(sent).toEqual(['STANDARD_IA', 'STANDARD_IA', undefined]);
});

test.each([
  ['InvalidStorageClass', 'NONE', /OUTPUT_STORAGE_CLASS/],
  // Ceph's answer
  ['InvalidArgument', 'NONE', /OUTPUT_STORAGE_CLASS/],
  ['MetadataTooLarge', undefined, /OUTPUT_CARRY/],
])('%s is a permanent failure with its fix', async (code, storageClass, fix) => {
  const { client } = await respondWith(400, error(code));
  const put = createS3Store(accessBy(client), { storageClass }).put(output, gray);
  await expect(put).rejects.toMatchObject({
    code: 'OUTPUT_ATTRIBUTES_REJECTED',
    message: expect.stringMatching(fix),
  });
});

test('an invalid argument without a storage class is no rejected attribute', async () => {
  const { client } = await respondWith(400, error('InvalidArgument'));
  await expect(createS3Store(accessBy(client)).put(output, gray)).rejects.toMatchObject({
    name: 'Rejected',
  });
});
