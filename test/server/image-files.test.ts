import { PutObjectCommand } from '@aws-sdk/client-s3';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toGrayscale } from '../../src/convert/index.ts';
import type { Image, ImageList } from '../../src/server/api/schemas.ts';
import { convertedOutcome, entriesOf } from '../../testing/outcomes.ts';
import { tinyPng } from '../../testing/pipeline.ts';
import { addImage, read, startApi, type TestApi } from '../../testing/server.ts';

let api: TestApi;
let image: Image;
let source: Buffer;
beforeAll(async () => {
  api = await startApi();
  source = await sharp({ create: { width: 400, height: 300, channels: 3, background: '#47a' } })
    .jpeg()
    .toBuffer();
  image = await addImage(api, 'folder/photo.jpg', source);
});
afterAll(() => api.close());

const get = (path: string | null, headers: Record<string, string> = {}, method = 'GET') =>
  api.request(path ?? '', { headers, method });
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

test('serves the source and the gray file unchanged', async () => {
  expect((await bytesOf(await get(image.links.source))).equals(source)).toBe(true);
  const gray = await get(image.links.gray);
  expect(gray.headers.get('content-type')).toBe('image/png');
  expect(gray.headers.get('content-disposition')).toContain('filename="photo.png"');
  expect((await bytesOf(gray)).equals((await toGrayscale(source)).bytes)).toBe(true);
});

test('prevents browsers from running anything in a file', async () => {
  const { headers } = await get(image.links.source);
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-type': 'image/jpeg',
    'content-disposition': `inline; filename="photo.jpg"; filename*=UTF-8''photo.jpg`,
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-cache',
  });
});

describe('a file that the client already has', () => {
  test.each([
    ['its ETag', (etag: string) => etag],
    ['its ETag, weakly', (etag: string) => `W/${etag}`],
    ['its ETag among others', (etag: string) => `"x", ${etag}`],
    ['anything', () => '*'],
  ])('is not sent again: %s', async (_, condition) => {
    const etag = (await get(image.links.gray)).headers.get('etag') ?? '';
    const response = await get(image.links.gray, { 'if-none-match': condition(etag) });
    expect(response.status).toBe(304);
    expect(response.headers.get('etag')).toBe(etag);
    expect(await bytesOf(response)).toHaveLength(0);
  });

  test('is sent when it has changed', async () => {
    expect((await get(image.links.gray, { 'if-none-match': '"other"' })).status).toBe(200);
  });
});

describe('a range', () => {
  test.each([
    ['bytes=0-9', 0, 10],
    ['bytes=100-', 100, undefined],
    ['bytes=-7', -7, undefined],
    ['bytes=5-99999999', 5, undefined],
  ])('%s returns that part', async (range, start, end) => {
    const response = await get(image.links.source, { range });
    const part = source.subarray(start, end);
    expect(response.status).toBe(206);
    expect((await bytesOf(response)).equals(part)).toBe(true);
    expect(response.headers.get('content-length')).toBe(String(part.length));
    const first = start < 0 ? source.length + start : start;
    expect(response.headers.get('content-range')).toBe(
      `bytes ${first}-${first + part.length - 1}/${source.length}`,
    );
  });

  test.each(['bytes=0-1,4-5', 'lines=1-2', 'bytes=x', 'bytes=-', ''])(
    '%j returns the whole file',
    async (range) => {
      const response = await get(image.links.source, { range });
      expect(response.status).toBe(200);
      expect(await bytesOf(response)).toHaveLength(source.length);
    },
  );

  test('beyond the end is refused', async () => {
    const response = await get(image.links.source, { range: 'bytes=9999999-' });
    expect(response.status).toBe(416);
    expect(await response.json()).toMatchObject({ code: 'RANGE_NOT_SATISFIABLE' });
    expect(response.headers.get('content-range')).toBe(`bytes */${source.length}`);
  });

  test('of a file that has changed since returns the whole file', async () => {
    const etag = (await get(image.links.source)).headers.get('etag') ?? '';
    const range = 'bytes=0-1';
    expect((await get(image.links.source, { range, 'if-range': etag })).status).toBe(206);
    expect((await get(image.links.source, { range, 'if-range': '"old"' })).status).toBe(200);
  });
});

test.each([
  ['/v1/live'],
  ['source'],
  ['gray'],
  ['gray?width=160'],
  ['/v1/images'],
  ['/'],
  ['/docs'],
  ['/metrics'],
])('HEAD %s has the headers of GET and no body', async (route) => {
  const path = route.startsWith('/') ? route : `${image.links.self}/${route}`;
  const controller = new AbortController();
  const [head, whole] = await Promise.all(
    ['HEAD', 'GET'].map((method) => api.request(path, { method, signal: controller.signal })),
  );
  controller.abort();
  expect(head?.status).toBe(whole?.status);
  expect(await head?.text()).toBe('');
  const namesOf = (response?: Response) =>
    [...(response?.headers.keys() ?? [])].filter(
      // Headers of the connection, and of a body that is not created.
      (name) => !['connection', 'transfer-encoding', 'content-length'].includes(name),
    );
  expect(namesOf(head)).toEqual(namesOf(whole));
});

test('HEAD returns the headers of GET, without the bytes', async () => {
  const [head, whole] = [await get(image.links.gray, {}, 'HEAD'), await get(image.links.gray)];
  expect(head.status).toBe(200);
  expect(Object.fromEntries(head.headers)).toEqual(Object.fromEntries(whole.headers));
  expect(await bytesOf(head)).toHaveLength(0);
});

describe('a thumbnail', () => {
  test('is a small WebP of the requested width', async () => {
    const response = await get(image.links.thumbnail);
    expect(response.headers.get('content-type')).toBe('image/webp');
    const { width, height } = await sharp(await bytesOf(response)).metadata();
    expect({ width, height }).toEqual({ width: 160, height: 120 });
  });

  test('is never enlarged', async () => {
    const response = await get(`${image.links.gray}?width=1000`);
    expect((await sharp(await bytesOf(response)).metadata()).width).toBe(400);
  });

  test('of a very tall image has at most the maximum height of WebP', async () => {
    const create = { width: 64, height: 60_000, channels: 3, background: '#47a' } as const;
    const tall = await addImage(api, 'tall.png', await sharp({ create }).png().toBuffer());
    const response = await get(tall.links.thumbnail);
    expect(response.status).toBe(200);
    const { width, height } = await sharp(await bytesOf(response)).metadata();
    expect({ width, height }).toEqual({ width: 17, height: 16_383 });
  });

  test('has a separate ETag', async () => {
    const etag = (await get(image.links.thumbnail)).headers.get('etag') ?? '';
    expect(etag).not.toBe((await get(image.links.gray)).headers.get('etag'));
    expect((await get(image.links.thumbnail, { 'if-none-match': etag })).status).toBe(304);
  });

  test.each(['0', '15', '1025', '99999', '1e2', '-20'])('rejects width %s', async (width) => {
    expect((await get(`${image.links.gray}?width=${width}`)).status).toBe(400);
  });
});

test('16 thumbnails of large AVIF outputs are decoded outside of this process', async () => {
  const avif = await startApi({
    GRAY_FORMAT: 'avif',
    GRAY_EFFORT: '0',
    MEMORY_BUDGET_MB: '600',
  });
  try {
    const create = { width: 3_000, height: 2_000, channels: 3, background: '#47a' } as const;
    const large = await addImage(avif, 'large.jpg', await sharp({ create }).jpeg().toBuffer());
    expect(large).toMatchObject({ status: 'converted', output: { format: 'avif' } });
    let peakBytes = 0;
    const before = process.memoryUsage.rss();
    const watching = setInterval(() => {
      peakBytes = Math.max(peakBytes, process.memoryUsage.rss() - before);
    }, 5);
    const widths = Array.from({ length: 16 }, (_, i) => 100 + i);
    const responses = await Promise.all(
      widths.map((width) => avif.request(`${large.links.gray}?width=${width}`)),
    );
    clearInterval(watching);
    expect(responses.map(({ status }) => status)).toEqual(Array(16).fill(200));
    // A single one takes more than 100 MB.
    expect(peakBytes).toBeLessThan(80 * 2 ** 20);
  } finally {
    await avif.close();
  }
}, 180_000);

describe('file names', () => {
  test.each([
    ['<img src=x onerror=alert(1)>.png', '_img src_x onerror_alert_1__.png'],
    ['quo"te\\.png', 'quo_te_.png'],
    ['new\r\nX-Injected: 1.png', 'new__X-Injected_ 1.png'],
    ["日本 'ä'.png", '__ _ä_.png'.replace('ä', '_')],
    ['a;b%22.png', 'a_b_22.png'],
  ])('are safe in headers: %j', async (key, plain) => {
    const added = await addImage(api, key, await tinyPng(50));
    const { headers, status } = await get(added.links.source);
    expect(status).toBe(200);
    expect(headers.get('x-injected')).toBeNull();
    const disposition = headers.get('content-disposition') ?? '';
    expect(disposition).toContain(`filename="${plain}"`);
    const [, encoded = ''] = /filename\*=UTF-8''([\w.%-]+)$/.exec(disposition) ?? [];
    expect(decodeURIComponent(encoded)).toBe(key);
  });
});

describe('a file that no longer belongs to the row', () => {
  test('is gone if a later upload replaced it', async () => {
    const older = await addImage(api, 'later.png', await tinyPng(1));
    await addImage(api, 'later.png', await tinyPng(2));
    for (const path of [older.links.source, older.links.gray, older.links.thumbnail]) {
      const response = await get(path);
      expect(response.status).toBe(410);
      expect(await response.json()).toMatchObject({ code: 'CONTENT_REPLACED' });
    }
  });

  test('is not found if it was removed', async () => {
    const removed = await addImage(api, 'removed.png', await tinyPng(3));
    await api.parts.files.remove({ bucket: 'uploads', key: 'removed.png' });
    await api.parts.files.remove({ bucket: 'uploads', key: 'grayscale/removed.png' });
    for (const path of [removed.links.source, removed.links.gray, removed.links.thumbnail]) {
      const response = await get(path);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: 'NO_SUCH_FILE' });
    }
  });

  test('is not read from an object that another program put there', async () => {
    await api.parts.pipeline.ledger.record(entriesOf(convertedOutcome({ key: 'foreign.jpg' })));
    const Body = '<script>alert(1)</script>';
    const Key = 'grayscale/foreign.jpg';
    await api.store.s3.send(
      new PutObjectCommand({ Bucket: 'uploads', Key, Body, ContentType: 'text/html' }),
    );
    const { images } = await read<ImageList>(await get('/v1/images?key=foreign.jpg'));
    expect((await get(images[0]?.links.gray ?? '')).status).toBe(410);
  });
});

test('a failure has a source and no gray file', async () => {
  const failed = await addImage(api, 'page.html', Buffer.from('<script>alert(1)</script>'));
  expect(failed.links).toMatchObject({ gray: null, thumbnail: null });
  const response = await get(failed.links.source);
  expect(response.headers.get('content-type')).toBe('application/octet-stream');
  expect(response.headers.get('content-disposition')).toMatch(/^attachment; /);
  expect((await get(`${failed.links.self}/gray`)).status).toBe(404);
});
