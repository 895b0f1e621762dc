// How the S3 adapter handles answers that a real S3 rarely gives, from a server that gives them.
import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Rejected, Timeout, Unavailable } from '../../src/pipeline/index.ts';
import {
  AccessDeniedError,
  type ListedObject,
  NoSuchBucketError,
} from '../../src/storage/object-files.ts';
import { accessBy } from '../../src/storage/s3-connection.ts';
import { createS3Files } from '../../src/storage/s3-files.ts';
import { createS3Probe } from '../../src/storage/s3-probe.ts';
import { createS3Store } from '../../src/storage/s3-store.ts';

const ref = { bucket: 'uploads', key: 'k' };
const png = { contentType: 'image/png', metadata: {} };

let close: (() => void) | undefined;
afterEach(() => {
  close?.();
  close = undefined;
});

/** The address of a server that answers each request this way. */
async function startAnsweringServer(answer: RequestListener): Promise<S3ClientConfig> {
  const server = createServer((request, response) => {
    request.resume();
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Whether a store has already been answered, and so sends requests without the SDK. */
let isConnected = false;

/** The adapter, connected to that server. */
async function storeAnsweredBy(answer: RequestListener) {
  let isFirst = isConnected;
  const config = await startAnsweringServer((request, response) => {
    if (!isFirst) return answer(request, response);
    isFirst = false;
    response.writeHead(200, { etag: '"first"' }).end();
  });
  const store = storeOn(config);
  if (isConnected) await store.head(ref);
  return store;
}

const storeOn = (config: S3ClientConfig) => createS3Store(accessBy(clientOn(config)));

function clientOn(config: S3ClientConfig) {
  return new S3Client({
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    forcePathStyle: true,
    maxAttempts: 1,
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...config,
  });
}

function answering(status: number, body = '', headers: Record<string, string> = {}) {
  return storeAnsweredBy((_, response) => void response.writeHead(status, headers).end(body));
}

describe.each([
  ['the first request', false],
  ['a later request', true],
])('%s for a bucket', (_, isLater) => {
  beforeAll(() => {
    isConnected = isLater;
  });

  describe('an error answer', () => {
    const error = (code: string) => `<Error><Code>${code}</Code><Message>no</Message></Error>`;

    test.each([
      ['InvalidObjectState', 403, 'SOURCE_ARCHIVED'],
      ['KeyTooLongError', 400, 'OUTPUT_KEY_TOO_LONG'],
    ])('%s is a failure that no retry fixes', async (code, status, expected) => {
      const store = await answering(status, error(code));
      const request =
        code === 'InvalidObjectState'
          ? store.read(ref, { maxBytes: 10 })
          : store.put(ref, { ...png, bytes: Buffer.from('x') });
      await expect(request).rejects.toMatchObject({ name: 'PermanentError', code: expected });
    });

    test.each([
      ['SlowDown', 503, Unavailable],
      ['InternalError', 500, Unavailable],
      ['OperationAborted', 409, Unavailable],
      ['TooManyRequests', 429, Unavailable],
      ['RequestTimeout', 400, Timeout],
      ['AccessDenied', 403, Rejected],
      ['InvalidArgument', 400, Rejected],
    ])(
      '%s has the class that says what may help, and is the cause',
      async (code, status, Class) => {
        const store = await answering(status, error(code));
        const request = store.read(ref, { maxBytes: 10 });
        await expect(request).rejects.toBeInstanceOf(Class);
        await expect(request).rejects.toMatchObject({ cause: { name: code } });
      },
    );

    test('no answer means that the store is unavailable', async () => {
      const config = await startAnsweringServer((request) => request.socket.destroy());
      const read = storeOn(config).read(ref, { maxBytes: 10 });
      await expect(read).rejects.toBeInstanceOf(Unavailable);
      await expect(createS3Files(clientOn(config)).head(ref)).rejects.toBeInstanceOf(Unavailable);
    });

    test.each([
      [404, NoSuchBucketError],
      [401, AccessDeniedError],
      [403, AccessDeniedError],
      [503, Unavailable],
    ])('a bucket that is answered %i', async (status, Class) => {
      const config = await startAnsweringServer((_, response) => response.writeHead(status).end());
      await expect(createS3Files(clientOn(config)).checkBucket('uploads')).rejects.toBeInstanceOf(
        Class,
      );
    });

    test.each([
      ['NoSuchBucket', 404, /^The bucket does not exist: create it/],
      ['AccessDenied', 403, /^The store denies access/],
      ['InvalidAccessKeyId', 403, /^The store rejects the credentials: check AWS_ACCESS_KEY_ID/],
      ['SignatureDoesNotMatch', 403, /^The store rejects the credentials/],
      ['AuthorizationHeaderMalformed', 400, /^The bucket is in another region: set AWS_REGION/],
      ['PermanentRedirect', 301, /^The bucket is in another region/],
      ['XMinioStorageFull', 507, /^The store has no space left/],
    ])(
      'a bucket that is answered %s is named with its fix, also by the doctor',
      async (code, status, advice) => {
        const config = await startAnsweringServer((request, response) => {
          response.writeHead(status).end(request.method === 'HEAD' ? undefined : error(code));
        });
        for (const check of [
          createS3Files(clientOn(config)).checkBucket('uploads'),
          createS3Probe(clientOn(config)).reach('uploads'),
        ]) {
          await expect(check).rejects.toMatchObject({
            message: expect.stringMatching(
              new RegExp(`^Expected the store to answer but received ${code}: no\\. The `),
            ),
            advice: expect.stringMatching(advice),
          });
        }
      },
    );

    test('a page is not the answer of a store', async () => {
      const config = await startAnsweringServer((request, response) => {
        const isHead = request.method === 'HEAD';
        response.writeHead(isHead ? 405 : 200).end(isHead ? undefined : '<html><p></html>');
      });
      await expect(createS3Files(clientOn(config)).checkBucket('uploads')).rejects.toMatchObject({
        advice: expect.stringMatching(/^The response is not from an S3 store/),
      });
    });

    test('an answer that is too late is a timeout', async () => {
      const config = await startAnsweringServer(() => {});
      const files = createS3Files(
        clientOn({
          ...config,
          requestHandler: { requestTimeout: 50, throwOnRequestTimeout: true },
        }),
      );
      await expect(files.checkBucket('uploads')).rejects.toBeInstanceOf(Timeout);
    });

    test.each([
      ['a page', '<html><body>Not Found</body></html>', 'text/html'],
      ['nothing', '', 'text/plain'],
    ])('404 with %s, as proxies send it, is not a missing object', async (_, body, type) => {
      const store = await answering(404, body, { 'content-type': type });
      await expect(store.read(ref, { maxBytes: 10 })).rejects.toThrow();
    });

    test('404 of S3 itself is a missing object', async () => {
      const store = await answering(404, error('NoSuchKey'));
      expect(await store.read(ref, { maxBytes: 10 })).toBeUndefined();
    });
  });

  describe('a version', () => {
    const storeWithVersion = (id: string) =>
      answering(200, 'x', {
        etag: '"e"',
        'content-length': '1',
        'x-amz-version-id': id,
      });

    test('"null" counts as none', async () => {
      const store = await storeWithVersion('null');
      expect(await store.head(ref)).toEqual({ etag: 'e', sizeBytes: 1, metadata: {} });
      expect(await store.read(ref, { maxBytes: 10 })).not.toHaveProperty('versionId');
    });

    test('is that of the bucket’s response', async () => {
      const store = await storeWithVersion('v1');
      expect(await store.head(ref)).toEqual({
        etag: 'e',
        versionId: 'v1',
        sizeBytes: 1,
        metadata: {},
      });
      expect(await store.read(ref, { maxBytes: 10 })).toMatchObject({ versionId: 'v1' });
    });
  });

  describe('a body', () => {
    /** More than the buffers of a connection can hold. */
    const largeBytes = 32 * 2 ** 20;

    test('is read completely without an announced length', async () => {
      const store = await storeAnsweredBy((_, response) => {
        response.writeHead(200, { etag: '"e"' });
        response.write('in two ');
        setTimeout(() => response.end('parts'), 20);
      });
      const read = await store.read(ref, { maxBytes: 12 });
      expect(Buffer.from(read?.bytes ?? []).toString()).toBe('in two parts');
      expect(read).toMatchObject({ etag: 'e', sizeBytes: 12 });
    });

    test.each([
      ['of an announced length', { 'content-length': String(largeBytes) }, largeBytes],
      ['without an announced length', {} as Record<string, string>, 1_001],
    ])(
      'that is too large, %s, is given up and its connection closed',
      async (_, headers, leastBytes) => {
        let closed: Promise<unknown> | undefined;
        let response: ServerResponse | undefined;
        const store = await storeAnsweredBy((_, answer) => {
          response = answer;
          closed = once(answer, 'close');
          answer.writeHead(200, { etag: '"e"', ...headers });
          Readable.from(zeros(largeBytes)).pipe(answer);
        });
        const read = await store.read(ref, { maxBytes: 1_000 });
        expect(read?.bytes?.byteLength).toBeUndefined();
        expect(read?.sizeBytes).toBeGreaterThanOrEqual(leastBytes);
        await closed;
        expect(response?.writableFinished).toBe(false);
      },
      10_000,
    );

    test('that ended early is not treated as the object', async () => {
      const store = await storeAnsweredBy((_, response) => {
        response.writeHead(200, { 'content-length': '100', etag: '"x"' });
        response.write('only this');
        setTimeout(() => response.destroy(), 50);
      });
      await expect(store.read(ref, { maxBytes: 1_000 })).rejects.toBeInstanceOf(Unavailable);
    });

    // Node's client notices above that the connection broke; another client may treat it as the end.
    test('that is shorter than announced is not treated as the object', async () => {
      const response = {
        statusCode: 200,
        headers: { 'content-length': '100', etag: '"x"' },
        body: Readable.from([Buffer.from('only this')]),
      };
      const store = storeOn({ requestHandler: { handle: async () => ({ response }) } });
      await expect(store.read(ref, { maxBytes: 1_000 })).rejects.toThrow(
        'Expected 100 bytes of "k" but 9 arrived',
      );
    });
  });
});

describe('a list', () => {
  const listOf = (key: string, encoding = '') =>
    `<ListBucketResult>${encoding}<IsTruncated>false</IsTruncated><Contents><Key>${key}</Key><Size>1</Size><ETag>"e"</ETag></Contents></ListBucketResult>`;

  async function listedBy(server: S3ClientConfig): Promise<ListedObject[]> {
    const listed: ListedObject[] = [];
    for await (const page of createS3Files(clientOn(server)).list('uploads', ''))
      listed.push(...page);
    return listed;
  }

  test.each([
    [
      'with characters that XML does not allow',
      'a%0D%0A%1B+b%2Bc%25%C3%A4/d',
      'a\r\n\u001b b+c%ä/d',
    ],
    ['of a store that encodes spaces differently', 'a%20b', 'a b'],
    ['of a store that says that it encodes and does not', '100%/a b', '100%/a b'],
  ])('has keys %s', async (_, key, expected) => {
    let asked = '';
    const server = await startAnsweringServer((request, response) => {
      asked = request.url ?? '';
      response.writeHead(200).end(listOf(key, '<EncodingType>url</EncodingType>'));
    });
    const listed = await listedBy(server);
    expect(asked).toContain('encoding-type=url');
    expect(listed).toMatchObject([{ key: expected }]);
  });

  test('has unchanged keys if the store does not encode them', async () => {
    const server = await startAnsweringServer((_, response) =>
      response.writeHead(200).end(listOf('a+b%20c')),
    );
    const listed = await listedBy(server);
    expect(listed).toMatchObject([{ key: 'a+b%20c' }]);
  });
});

function* zeros(sizeBytes: number): Generator<Buffer> {
  const chunk = Buffer.alloc(2 ** 16);
  for (let sent = 0; sent < sizeBytes; sent += chunk.byteLength) yield chunk;
}
