import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import type { z } from '@hono/zod-openapi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Problem, UploadSchema } from '../../src/server/api/schemas.ts';
import { tinyPng } from '../../testing/pipeline.ts';
import { read, startApi, type TestApi } from '../../testing/server.ts';
import { oddKeys } from '../storage/object-store.contract.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ MAX_BYTES: '20000' });
});
afterAll(() => api.close());

function upload(key: string, body: Uint8Array, headers: Record<string, string> = {}) {
  return api.request(`/v1/uploads?key=${encodeURIComponent(key)}`, {
    method: 'POST',
    body: new Uint8Array(body),
    headers: { 'content-length': String(body.byteLength), ...headers },
  });
}

const stored = (Key: string) =>
  api.store.s3.send(new HeadObjectCommand({ Bucket: 'uploads', Key })).catch(() => undefined);

test('puts the bytes into the bucket and says where the outcome will appear', async () => {
  const body = await tinyPng(200, 100);
  const response = await upload('in/photo.png', body, { 'content-type': 'image/png' });
  expect(response.status).toBe(202);
  const uploaded = await read<z.infer<typeof UploadSchema>>(response);
  expect(uploaded).toEqual({
    bucket: 'uploads',
    key: 'in/photo.png',
    etag: expect.stringMatching(/^[\da-f]{32}$/),
    versionId: null,
    sizeBytes: body.length,
    outcome: `/v1/images?bucket=uploads&key=in%2Fphoto.png&etag=${uploaded.etag}`,
  });
  expect(response.headers.get('location')).toBe(uploaded.outcome);
  const object = await api.store.s3.send(
    new GetObjectCommand({ Bucket: 'uploads', Key: 'in/photo.png' }),
  );
  expect(Buffer.from((await object.Body?.transformToByteArray()) ?? []).equals(body)).toBe(true);
  expect(object.ContentType).toBe('image/png');
  expect(await (await api.request(uploaded.outcome)).json()).toEqual({ images: [], next: null });
});

test.each(oddKeys)('accepts the key %j unchanged', async (key) => {
  const response = await upload(key, await tinyPng(1));
  expect(response.status).toBe(202);
  expect((await read<{ key: string }>(response)).key).toBe(key);
  expect(await stored(key)).toBeDefined();
});

test.each([
  ['text/html', 'application/octet-stream'],
  ['image/svg+xml; charset=utf-8', 'image/svg+xml'],
  ['nonsense', 'application/octet-stream'],
])('stores what is sent as %s as %s', async (sent, kept) => {
  await upload('typed', await tinyPng(1), { 'content-type': sent });
  expect((await stored('typed'))?.ContentType).toBe(kept);
});

test('stores no form that contains the file', async () => {
  const form = { 'content-type': 'multipart/form-data; boundary=x' };
  const response = await upload('form.png', await tinyPng(1), form);
  expect(response.status).toBe(415);
  expect(await stored('form.png')).toBeUndefined();
});

describe('if the key exists', () => {
  const uploadIf = async (ifExists: string, key: string, body: Uint8Array | string) => {
    const query = new URLSearchParams({ key, ...(ifExists && { ifExists }) });
    const headers = { 'content-length': String(body.length) };
    const init = { method: 'POST', body: Buffer.from(body), headers };
    return await api.request(`/v1/uploads?${query}`, init);
  };
  const contentOf = async (Key: string) => {
    const { Body } = await api.store.s3.send(new GetObjectCommand({ Bucket: 'uploads', Key }));
    return await Body?.transformToString();
  };

  test('the object is replaced by default', async () => {
    await uploadIf('', 'default.png', 'old');
    expect((await uploadIf('', 'default.png', 'new')).status).toBe(202);
    expect(await contentOf('default.png')).toBe('new');
  });

  test('error keeps the object and names the key', async () => {
    expect((await uploadIf('error', 'kept.png', 'old')).status).toBe(202);
    const response = await uploadIf('error', 'kept.png', 'new');
    expect(response.status).toBe(409);
    const { code, detail } = await read<Problem>(response);
    expect(code).toBe('KEY_EXISTS');
    expect(detail).toContain('kept.png');
    expect(await contentOf('kept.png')).toBe('old');
  });

  test.each([
    ['a.b/IMG_1.jpg', ['a.b/IMG_1-2.jpg', 'a.b/IMG_1-3.jpg']],
    ['a.b/none', ['a.b/none-2', 'a.b/none-3']],
    ['a.b/.hidden', ['a.b/.hidden-2', 'a.b/.hidden-3']],
  ])('rename stores %s under the next free key', async (key, others) => {
    for (const expected of [key, ...others]) {
      const response = await uploadIf('rename', key, expected);
      expect(await read(response)).toMatchObject({ key: expected });
    }
    for (const stored of [key, ...others]) expect(await contentOf(stored)).toBe(stored);
  });

  test('rename never makes a key longer than stores accept', async () => {
    const key = 'k'.repeat(1_024);
    await uploadIf('rename', key, 'old');
    expect(await read(await uploadIf('rename', key, 'new'))).toMatchObject({ code: 'KEY_EXISTS' });
  });

  test('one of many concurrent uploads is stored, and the others are rejected', async () => {
    const bodies = Array.from({ length: 12 }, (_, at) => `body ${at}`);
    const responses = await Promise.all(bodies.map((body) => uploadIf('error', 'race.png', body)));
    const statuses = responses.map(({ status }) => status);
    expect(statuses.filter((status) => status === 202)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(11);
    expect(await contentOf('race.png')).toBe(bodies[statuses.indexOf(202)]);
  });

  test('another value is rejected', async () => {
    const response = await uploadIf('ask', 'a.png', 'new');
    expect(response.status).toBe(400);
    expect((await read<Problem>(response)).errors).toMatchObject([{ name: 'ifExists' }]);
  });
});

describe('refuses', () => {
  test.each([
    ['an output', 'grayscale/photo.png'],
    ['a path to the parent folder', '../photo.png'],
    ['a path to the parent folder in the middle', 'a/../../photo.png'],
    ['a dot', './photo.png'],
    ['a folder', 'folder/'],
    ['nothing', ''],
    ['NUL', 'a\0b'],
    ['a key that is too long', 'x'.repeat(1_025)],
  ])('%s as the key', async (_, key) => {
    const response = await upload(key, await tinyPng(1));
    expect(response.status).toBe(400);
    expect((await read<Problem>(response)).errors).toMatchObject([{ name: 'key' }]);
  });

  test('a body of unknown length', async () => {
    const response = await api.request('/v1/uploads?key=a.png', { method: 'POST', body: 'abc' });
    expect(response.status).toBe(411);
    expect(await response.json()).toMatchObject({ code: 'LENGTH_REQUIRED' });
  });

  test('a body with a Content-Length above the limit', async () => {
    const response = await upload('large.png', new Uint8Array(1), { 'content-length': '20001' });
    expect(response.status).toBe(413);
  });

  test.each([
    ['shorter', '9'],
    ['longer', '2'],
  ])('a body that is %s than its Content-Length, and stores none of it', async (_, length) => {
    const response = await upload('mismatch.png', Buffer.from('four'), {
      'content-length': length,
    });
    expect(response.status).toBe(400);
    expect((await read<Problem>(response)).detail).toContain(`Expected a body of ${length} bytes`);
    expect(await stored('mismatch.png')).toBeUndefined();
  });

  test('to sign a URL for a bucket that does not allow browsers', async () => {
    const path = '/v1/uploads?key=a.png&presigned=true';
    const response = await api.request(path, { method: 'POST' });
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: 'NOT_PRESIGNABLE' });
  });
});
