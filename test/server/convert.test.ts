import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveRecipe, toGrayscale } from '../../src/convert/index.ts';
import type { Problem } from '../../src/server/api/schemas.ts';
import { acceptedFormat } from '../../src/server/routes/convert.ts';
import { read, startApi, type TestApi } from '../../testing/server.ts';

let api: TestApi;
let photo: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  api = await startApi({ MAX_BYTES: '100000', MEMORY_BUDGET_MB: '64' });
  const noise = { type: 'gaussian', mean: 120, sigma: 40 } as const;
  const create = { width: 120, height: 80, channels: 3, background: '#a0522d', noise } as const;
  photo = new Uint8Array(await sharp({ create }).jpeg().toBuffer());
});
afterAll(() => api.close());

const convert = (
  query: string,
  body: NonNullable<RequestInit['body']>,
  headers: Record<string, string> = {},
) => api.request(`/v1/convert${query}`, { method: 'POST', body, headers });

async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

test('returns the same bytes as the library, and stores nothing', async () => {
  const response = await convert('', photo);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('image/png');
  const expected = await toGrayscale(photo);
  expect((await bytesOf(response)).equals(expected.bytes)).toBe(true);
  expect(await api.database.rows()).toEqual([]);
});

test('reports the image and the time of each stage', async () => {
  const { headers } = await convert('?format=gif', photo);
  expect(Object.fromEntries(headers)).toMatchObject({
    'x-image-width': '120',
    'x-image-height': '80',
    'x-image-channels': '1',
    'x-image-depth': '8',
    'x-image-format': 'gif',
    'x-source-format': 'jpeg',
    'x-image-colourfulness': expect.stringMatching(/^max=\d+, p99=\d+$/),
    'x-image-neutral': 'false',
  });
  expect(headers.get('server-timing')).toMatch(
    /^body;dur=[\d.]+, queue;dur=[\d.]+, decode;dur=[\d.]+, gray;dur=[\d.]+, encode;dur=[\d.]+$/,
  );
});

test('reports what the output could not represent', async () => {
  const clear = await sharp(photo).ensureAlpha(0.5).png().toBuffer();
  const { headers } = await convert('?format=jpeg', new Uint8Array(clear));
  expect(headers.get('x-image-losses')).toContain('alpha');
});

test('reports how much of a truncated image is missing', async () => {
  const half = await readFile(new URL('../convert/damaged-files/half-scan.jpg', import.meta.url));
  const { headers } = await convert('?tolerate=truncated', new Uint8Array(half));
  expect(headers.get('x-image-losses')).toBe('truncated');
  expect(headers.get('x-image-missing-share')).toBe('0.5000');
});

test.each([
  [
    '?method=luminance&format=webp&lossless=true',
    { method: 'luminance', format: 'webp', lossless: true },
  ],
  ['?method=mix:1,2,1&depth=16', { method: 'mix:1,2,1', depth: '16' }],
  [
    '?format=tiff&depth=1&dither=floyd-steinberg',
    { format: 'tiff', depth: '1', dither: 'floyd-steinberg' },
  ],
  ['?format=jpeg&quality=30', { format: 'jpeg', quality: 30 }],
  ['?format=source&lossless=true', { format: 'jpeg', lossless: true }],
] as const)('accepts the recipe of %s', async (query, recipe) => {
  const expected = await toGrayscale(photo, resolveRecipe(recipe as never));
  expect((await bytesOf(await convert(query, photo))).equals(expected.bytes)).toBe(true);
});

describe('Accept', () => {
  test.each([
    [undefined, 'png'],
    ['*/*', 'png'],
    ['image/*', 'png'],
    ['image/webp', 'webp'],
    ['image/webp;q=0.1, image/avif', 'avif'],
    ['text/html, image/gif;q=0.9, */*;q=0.1', 'gif'],
    ['IMAGE/JPEG', 'jpeg'],
    ['image/webp;q=0, */*', 'png'],
  ])('%j selects %s if png is configured', (accept, format) => {
    expect(acceptedFormat(accept, 'png')).toBe(format);
  });

  test('determines the output type', async () => {
    const response = await convert('', photo, { accept: 'image/webp' });
    expect(response.headers.get('content-type')).toBe('image/webp');
    expect(response.headers.get('vary')).toBe('accept');
  });

  test('has a lower priority than format', async () => {
    const response = await convert('?format=tiff', photo, { accept: 'image/webp' });
    expect(response.headers.get('content-type')).toBe('image/tiff');
  });

  test('is refused with the possible types if none of its types can be written', async () => {
    const response = await convert('', photo, { accept: 'text/html' });
    expect(response.status).toBe(406);
    expect(await response.json()).toMatchObject({
      code: 'NOT_ACCEPTABLE',
      detail: expect.stringContaining('image/png, image/jpeg'),
    });
  });
});

describe('refuses', () => {
  test.each([
    ['an option out of range', '?quality=101', 'quality', 'a whole number from 1 to 100'],
    [
      'a mix of thousands of digits',
      `?method=mix:${'9'.repeat(3_000)},1,1`,
      'method',
      'one of rec601, rec709, luminance, lightness, average, hsl-lightness, value, red, green, blue, decolor, or mix:RED,GREEN,BLUE with three numbers of up to nine digits, up to six of them after the decimal point, and a sum above 0',
    ],
    ['an unknown method', '?method=luma', 'method', expect.stringContaining('rec601, rec709')],
    ['an unknown option', '?colour=managed&color=raw', 'color', expect.stringContaining('colour')],
  ])('%s, and lists the allowed values', async (_, query, name, expected) => {
    const response = await convert(query, photo);
    expect(response.status).toBe(400);
    const { code, errors } = await read<Problem>(response);
    expect(code).toBe('INVALID_REQUEST');
    expect(errors).toEqual([{ name, expected, received: expect.any(String) }]);
  });

  test('a form that contains the file, and says how to send it', async () => {
    const form = new FormData();
    form.set('file', new Blob([photo]));
    const response = await convert('', form);
    expect(response.status).toBe(415);
    const { code, detail } = await read<Problem>(response);
    expect(code).toBe('UNSUPPORTED_MEDIA_TYPE');
    expect(detail).toContain('received multipart/form-data. Send it as `curl -T FILE` does.');
  });

  test('options that contradict each other', async () => {
    const response = await convert('?format=webp&effort=9', photo);
    expect(response.status).toBe(400);
    expect((await read<Problem>(response)).detail).toContain(
      'a whole number from 0 to 6 for effort',
    );
  });

  test.each([
    ['nothing', '', 422, 'EMPTY_OBJECT'],
    ['a file that is not an image', 'hello', 422, 'UNSUPPORTED_FORMAT'],
    ['a truncated image', () => photo.slice(0, 900), 422, 'CORRUPT_IMAGE'],
  ])('%s with the code of the conversion', async (_, body, status, code) => {
    const response = await convert('', typeof body === 'string' ? body : body());
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code, status });
  });

  test('a body with a Content-Length above the limit, without reading it', async () => {
    const response = await convert('', 'x', { 'content-length': '100001' });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({
      code: 'BODY_TOO_LARGE',
      detail: 'Expected a body of at most 100000 bytes but it has more.',
    });
  });

  test('a body that turns out larger than the limit, and stops reading it', async () => {
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 10_000;
        controller.enqueue(new Uint8Array(10_000));
      },
    });
    const init = { method: 'POST', body: endless, duplex: 'half' } as RequestInit;
    const response = await api.request('/v1/convert', init);
    expect(response.status).toBe(413);
    expect(pulled).toBeLessThan(200_000);
  });

  test('an image that needs more memory than available, before it is decoded', async () => {
    const create = { width: 4_000, height: 4_000, channels: 3, background: 'red' } as const;
    const large = await sharp({ create }).png({ compressionLevel: 9 }).toBuffer();
    const response = await convert('?format=avif', new Uint8Array(large));
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      code: 'IMAGE_TOO_LARGE',
      detail: expect.stringContaining('MEMORY_BUDGET_MB'),
    });
  });
});
