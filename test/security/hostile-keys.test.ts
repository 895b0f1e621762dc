// Names that try to be read as something else, followed from the event to the row on real services.
// The content of a name must not have any effect.
import { createHash } from 'node:crypto';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handler } from '../../src/lambda/handler.ts';
import type { Image, ImageList } from '../../src/server/api/schemas.ts';
import { createFileStore } from '../../src/storage/file-store.ts';
import { s3Event, sqsEvent } from '../../testing/events.ts';
import { lambdaContext } from '../../testing/lambda-context.ts';
import {
  captureLog,
  type LambdaEnvironment,
  openLambdaEnvironment,
} from '../../testing/lambda-environment.ts';
import { tinyPng } from '../../testing/pipeline.ts';
import { read, startApi, type TestApi } from '../../testing/server.ts';

const keys = {
  'a path out of the folder': '../../../etc/passwd.png',
  'a path out in the middle': 'in/../../grayscale/loop.png',
  'the output prefix in another form': './grayscale/twice.png',
  'an absolute path': '/etc/passwd.png',
  backslashes: '..\\..\\windows\\win.png',
  SQL: "'; DROP TABLE image_metadata; --.png",
  'SQL in a list': '{"a","b"}\\,NULL.png',
  'a second log line': 'a\n{"level":"ERROR","message":"forged"}.png',
  'a carriage return': 'a\r\nx-amz-acl: public-read.png',
  'a terminal’s escape': '\u001b[2J\u001b]0;owned\u0007.png',
  markup: '<img src=x onerror=alert(1)>.png',
  'a format string': '%s%n%x $' + '{jndi:ldap://127.0.0.1/a} {{7*7}}.png',
  'letters that look alike': 'grаyscale/pаypal.png', // with Cyrillic а
  'text from right to left': 'gnp.\u202efdp.png',
  'one letter in two encodings': 'e\u0301 é.png',
  'incomplete percent encodings': '100%25%ZZ%.png',
  'the longest name': `${'ä'.repeat(450)}/${'x'.repeat(95)}.png`,
};

function eventOf(key: string, bytes: Uint8Array) {
  const etag = createHash('md5').update(bytes).digest('hex');
  return s3Event({ bucket: 'uploads', key, etag, versionId: undefined });
}

describe('the function', () => {
  let environment: LambdaEnvironment;
  beforeAll(async () => {
    environment = await openLambdaEnvironment();
  });
  afterAll(() => environment.close());

  test.each(Object.entries(keys))('treats %s as a name and nothing else', async (_, key) => {
    const { server, database } = environment;
    await database.query('TRUNCATE image_metadata');
    const Body = await tinyPng(1);
    await server.s3.send(new PutObjectCommand({ Bucket: 'uploads', Key: key, Body }));
    const lines = captureLog();

    const event = sqsEvent(eventOf(key, Body));
    expect(await handler(event, lambdaContext)).toEqual({ batchItemFailures: [] });

    expect(await database.rows()).toMatchObject([
      { status: 'converted', source_key: key, file_name: `grayscale/${key}` },
    ]);
    const found = await server.s3.send(
      new GetObjectCommand({ Bucket: 'uploads', Key: `grayscale/${key}` }),
    );
    expect(found.ContentType).toBe('image/png');
    // Each line is one JSON object, regardless of the name.
    const logged = lines.map((line) => JSON.parse(line));
    expect(logged.filter((line) => line.key === key)).toHaveLength(1);
    expect(logged.some((line) => line.message === 'forged')).toBe(false);
  });

  test('created only sources and outputs', async () => {
    const { Contents = [] } = await environment.server.s3.send(
      new ListObjectsV2Command({ Bucket: 'uploads' }),
    );
    // This store's lists are XML, which turns \r into \n.
    const asListed = (key = '') => key.replaceAll('\r\n', '\n');
    const listed = Contents.map(({ Key }) => asListed(Key));
    const expected = Object.values(keys).flatMap((key) => [
      asListed(key),
      asListed(`grayscale/${key}`),
    ]);
    expect(listed.toSorted()).toEqual(expected.toSorted());
  });

  test('refuses a key that no row can hold, and keeps the message', async () => {
    captureLog();
    const event = sqsEvent(s3Event({ bucket: 'uploads', key: 'a\0b.png', versionId: undefined }));
    expect(await handler(event, lambdaContext)).toMatchObject({
      batchItemFailures: [{ itemIdentifier: expect.any(String) }],
    });
  });
});

describe('the server', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());

  test.each(Object.entries(keys))(
    'accepts %s as the name of an upload and serves it',
    async (_, key) => {
      await api.database.query('TRUNCATE image_metadata');
      const path = `/v1/uploads?key=${encodeURIComponent(key)}`;
      const body = await tinyPng(2);
      const headers = { 'content-type': 'image/png', 'content-length': String(body.length) };
      const uploaded = await api.request(path, { method: 'POST', body, headers });
      if (key.split('/').some((part) => part === '.' || part === '..')) {
        expect(uploaded.status).toBe(400);
        return;
      }
      expect(uploaded.status).toBe(202);

      const event = JSON.stringify(eventOf(key, body));
      const response = await api.request('/v1/events', {
        method: 'POST',
        body: event,
        headers: { 'content-type': 'application/json' },
      });
      expect(response.status).toBe(200);

      const list = await read<ImageList>(
        await api.request(`/v1/images?prefix=${encodeURIComponent(key)}`),
      );
      expect(list.images.map(({ source }: Image) => source?.key)).toEqual([key]);
      const file = await api.request(`/v1/images/${list.images[0]?.id}/source`);
      expect(file.status).toBe(200);
      for (const [name, value] of file.headers) {
        expect(`${name}: ${value}`).toMatch(/^[\x20-\x7e]*$/);
      }
      expect(file.headers.get('x-amz-acl')).toBeNull();
      expect(file.headers.get('content-security-policy')).toContain('sandbox');
    },
  );
});

test('the file adapter writes only into its folder', async () => {
  const store = createFileStore();
  const object = { bytes: new Uint8Array(1), contentType: 'image/png', metadata: {} };
  for (const key of ['../out.png', 'a/../../out.png', '..', 'a\0.png']) {
    await expect(store.put({ bucket: '/tmp/never-made', key }, object), key).rejects.toThrow();
  }
});
