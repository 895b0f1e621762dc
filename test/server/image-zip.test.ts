import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { unzipSync } from 'fflate';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Image, Problem } from '../../src/server/api/schemas.ts';
import { createZipNames } from '../../src/server/row-files/zip-names.ts';
import { watchStream } from '../../src/server/transfer/watch-stream.ts';
import { tinyPng } from '../../testing/pipeline.ts';
import { addImage, read, startApi, type TestApi } from '../../testing/server.ts';

let api: TestApi;
let photo: Image;
let large: Image;
let broken: Image;
beforeAll(async () => {
  api = await startApi();
  photo = await addImage(api, 'folder/photo.jpg', await tinyPng(1));
  // Its output is larger than what is read before its turn.
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
  const create = { width: 1_300, height: 1_300, channels: 3, background: '#777', noise } as const;
  large = await addImage(api, 'large.png', await sharp({ create }).png().toBuffer());
  broken = await addImage(api, 'broken.png', Buffer.from('not an image'));
});
afterAll(() => api.close());

const post = (ids: string) =>
  api.request('/v1/images/zip', { method: 'POST', body: new URLSearchParams({ ids }) });

async function unzip(response: Response): Promise<Record<string, Buffer>> {
  const files = unzipSync(new Uint8Array(await response.arrayBuffer()));
  return Object.fromEntries(Object.entries(files).map(([name, at]) => [name, Buffer.from(at)]));
}

test('packs the output files, named by their format, in the requested order', async () => {
  const response = await post(`${large.id},${photo.id}`);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'application/zip',
    'content-disposition': 'attachment; filename="grayscale.zip"',
  });
  const files = await unzip(response);
  expect(Object.keys(files)).toEqual(['grayscale/large.png', 'grayscale/folder/photo.png']);
  expect(files['grayscale/large.png']?.byteLength).toBeGreaterThan(2 ** 20);
  for (const { links, output } of [photo, large]) {
    const stored = await (await api.request(links.gray ?? '')).arrayBuffer();
    const name = output?.key.replace('.jpg', '.png') ?? '';
    expect(files[name]?.equals(Buffer.from(stored))).toBe(true);
  }
});

test('lists the images without a file in the ZIP', async () => {
  const gone = await addImage(api, 'gone.png', await tinyPng(2));
  const Key = gone.output?.key;
  await api.store.s3.send(new DeleteObjectCommand({ Bucket: 'uploads', Key }));
  const files = await unzip(await post(`${photo.id},${broken.id},${gone.id},999999`));
  expect(Object.keys(files)).toEqual(['grayscale/folder/photo.png', 'not-included.txt']);
  expect(String(files['not-included.txt']).trim().split('\n').sort()).toEqual([
    'broken.png: failed',
    'grayscale/gone.png: no longer exists',
    'image 999999: no longer exists',
  ]);
});

test('responds with an error if there is no file at all', async () => {
  const response = await post(`${broken.id}`);
  expect(response.status).toBe(404);
  expect((await read<Problem>(response)).detail).toContain('found none: broken.png: failed.');
});

test.each([
  ['no ids', ''],
  ['something else than ids', '1,two'],
  ['more ids than allowed', Array.from({ length: 10_001 }, (_, at) => at + 1).join(',')],
])('rejects %s', async (_, ids) => {
  const response = await post(ids);
  expect(response.status).toBe(400);
  expect((await read<Problem>(response)).detail).toContain(
    'Expected 1 to 10,000 ids of images, separated by commas, for ids',
  );
});

test('rejects an endless form', async () => {
  expect((await post('1,'.repeat(2 ** 18))).status).toBe(413);
});

test('clients that stop reading free their slots', async () => {
  for (let client = 0; client < 10; client++) {
    const response = await post(`${large.id},${photo.id}`);
    expect(response.status).toBe(200);
    await response.body?.cancel();
  }
});

describe('a stream that breaks', () => {
  const broken = () =>
    new ReadableStream<Uint8Array>({
      start: (controller) => controller.error(new Error('The store is gone.')),
    });

  test('ends quietly after its connection was closed', async () => {
    const calls: unknown[] = [];
    const stream = watchStream(broken(), {
      onFailure: (error) => calls.push((error as Error).message),
      onEnd: () => calls.push('end'),
    });
    expect(await new Response(stream).text()).toBe('');
    // In this order: a stream that has ended does not report a failure.
    expect(calls).toEqual(['The store is gone.', 'end']);
  });

  test('breaks the answer if there is no connection to close', async () => {
    const stream = watchStream(broken(), {
      onFailure(error) {
        throw error;
      },
      onEnd() {},
    });
    await expect(new Response(stream).text()).rejects.toThrow('The store is gone.');
  });
});

describe('names in a ZIP', () => {
  test.each([
    ['a path out of the folder', '../../etc/passwd.png', '_/_/etc/passwd.png'],
    ['an absolute path', '/etc/passwd.png', 'etc/passwd.png'],
    ['a path for Windows', 'a/..\\..\\c:\\b.png', 'a/.._.._c__b.png'],
    ['a line break', 'a\nb.png', 'a_b.png'],
  ])('stay in the folder: %s', (_, key, name) => {
    expect(createZipNames()(key, 'png')).toBe(name);
  });

  test('are unique, also where case does not matter', () => {
    const nameOf = createZipNames();
    const keys = ['a.jpg', 'a.webp', 'A.png', 'a.png', 'a.png'];
    expect(keys.map((key) => nameOf(key, 'png'))).toEqual([
      'a.png',
      'a.webp.png',
      'A.png.png',
      'a-2.png',
      'a-3.png',
    ]);
  });
});
