import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RangeOutsideError } from '../../src/pipeline/index.ts';
import type { StoreAndQueue } from '../../src/sandbox/store-and-queue.ts';
import type { ObjectFiles } from '../../src/storage/object-files.ts';
import { createS3Files } from '../../src/storage/s3-files.ts';
import { startS3 } from '../../testing/s3.ts';

const bucket = 'uploads';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

describe('files of a real S3', () => {
  let store: StoreAndQueue;
  let files: ObjectFiles;
  beforeAll(async () => {
    store = await startS3();
    files = createS3Files(store.s3);
  });
  afterAll(() => store.close());

  const write = (
    key: string,
    body: Readable,
    sizeBytes: number,
    signal = AbortSignal.timeout(5_000),
  ) => files.write({ bucket, key }, body, { sizeBytes, contentType: 'image/png', signal });

  async function listing(prefix: string) {
    const objects = [];
    for await (const page of files.list(bucket, prefix)) objects.push(...page);
    return objects;
  }

  test('are read as they were written', async () => {
    const version = await write('a', Readable.from([Buffer.from('hel'), Buffer.from('lo')]), 5);
    const file = await files.open({ bucket, key: 'a' });
    expect(file).toMatchObject({ ...version, lengthBytes: 5, metadata: {} });
    expect(file && (await text(file.body))).toBe('hello');
    expect(await files.head({ bucket, key: 'a' })).toEqual({ ...version, metadata: {} });
  });

  test('are read in part', async () => {
    const file = await files.open({ bucket, key: 'a' }, { range: 'bytes=1-2' });
    expect(file).toMatchObject({ contentRange: 'bytes 1-2/5', lengthBytes: 2 });
    expect(file && (await text(file.body))).toBe('el');
    const outside = files.open({ bucket, key: 'a' }, { range: 'bytes=9-' });
    await expect(outside).rejects.toThrow(RangeOutsideError);
  });

  test('are undefined if they do not exist', async () => {
    expect(await files.open({ bucket, key: 'none' })).toBeUndefined();
    expect(await files.head({ bucket, key: 'none' })).toBeUndefined();
    await files.remove({ bucket, key: 'none' });
  });

  test.each([
    [
      'ends early',
      () => Readable.from([Buffer.from('abc')]),
      /of 5 bytes, as announced, but received 3/,
    ],
    [
      'goes on',
      () => Readable.from([Buffer.from('abcdefgh')]),
      /of 5 bytes, as announced, but received 8/,
    ],
    ['breaks', () => Readable.from(breaking()), /broken/],
  ])('do not exist if their body %s', async (_, body, message) => {
    await expect(write('bad', body(), 5)).rejects.toThrow(message);
    expect(await files.head({ bucket, key: 'bad' })).toBeUndefined();
  });

  async function* breaking() {
    yield Buffer.from('abc');
    throw new Error('broken');
  }

  test('do not exist if their body is given up', async () => {
    const stop = new AbortController();
    const endless = new Readable({ read() {} });
    endless.push('abc');
    const writing = write('given-up', endless, 5, stop.signal);
    setTimeout(() => stop.abort(new Error('given up')), 100);
    await expect(writing).rejects.toThrow();
    expect(endless.destroyed).toBe(true);
    expect(await files.head({ bucket, key: 'given-up' })).toBeUndefined();
  });

  test('are removed and listed', async () => {
    await write('list/b', Readable.from([Buffer.from('b')]), 1);
    await write('list/a', Readable.from([Buffer.from('a')]), 1);
    const listed = await listing('list/');
    expect(listed).toMatchObject([
      { key: 'list/a', sizeBytes: 1 },
      { key: 'list/b', sizeBytes: 1 },
    ]);
    await files.remove({ bucket, key: 'list/a' });
    expect(await listing('list/')).toHaveLength(1);
  });

  test('are in a bucket that is available, or is not', async () => {
    await files.checkBucket(bucket);
    await expect(files.checkBucket('no-such-bucket')).rejects.toThrow();
  });

  test('have no URLs for browsers if the bucket does not allow them', async () => {
    const options = { contentType: 'image/png', expiresSeconds: 60 };
    expect(await files.presign({ bucket, key: 'a' }, options)).toBeUndefined();
  });
});

describe('a write that must not replace an object', () => {
  async function writeTo(status: number, code: string) {
    const conditions: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      conditions.push(request.headers['if-none-match']);
      request.resume().on('end', () => {
        response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = new S3Client({
      ...{ endpoint, credentials, region: 'eu-central-1', forcePathStyle: true, maxAttempts: 1 },
    });
    const files = createS3Files(client);
    const write = () =>
      files.write({ bucket, key: 'a' }, Readable.from([Buffer.from('a')]), {
        ...{ sizeBytes: 1, contentType: 'image/png', onlyIfNew: true },
        signal: AbortSignal.timeout(5_000),
      });
    const results = [await write().catch(String), await write().catch(String)];
    server.close();
    client.destroy();
    return { conditions, results };
  }

  test('throws if the store finds one', async () => {
    const { conditions, results } = await writeTo(412, 'PreconditionFailed');
    expect(conditions).toEqual(['*', '*']);
    expect(results[0]).toContain('ObjectExistsError');
  });

  test('has no condition after the store rejected it as not implemented', async () => {
    const { conditions, results } = await writeTo(501, 'NotImplemented');
    expect(conditions).toEqual(['*', undefined]);
    expect(results[0]).toContain('Unavailable');
  });
});

test('where the bucket allows browsers, a URL is signed for one object, its type and a period', async () => {
  const rules = `<CORSConfiguration><CORSRule><AllowedMethod>PUT</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>`;
  const server = createServer((_, response) => response.end(rules)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true });
  const options = { contentType: 'image/png', expiresSeconds: 60 };
  const url = new URL(
    (await createS3Files(client).presign({ bucket, key: 'a b/ü' }, options)) ?? '',
  );
  server.close();
  expect(`${url.origin}${url.pathname}`).toBe(`${endpoint}/uploads/a%20b/%C3%BC`);
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    'X-Amz-Expires': '60',
    'X-Amz-SignedHeaders': 'content-type;host',
    'X-Amz-Signature': expect.stringMatching(/^[\da-f]{64}$/),
  });
});
