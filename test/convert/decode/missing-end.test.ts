// Files that lack their end, but no pixel: the outputs equal those of the complete files.
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { type GrayImage, toGrayscale } from '../../../src/convert/index.ts';
import { animatedGif, animatedWebp, photoLike, photoLikeGif } from '../../../testing/images.ts';
import { stripTiff } from '../../../testing/tiff.ts';
import { rejectionOf } from '../gray/gray-of.ts';

const size = { width: 301, height: 201 };
const corrupt = { name: 'ConversionError', code: 'CORRUPT_IMAGE' };
const cut = (bytes: Buffer, count: number) => bytes.subarray(0, bytes.length - count);

const memoized = new WeakMap<Uint8Array, Promise<GrayImage>>();

/** `whole` is converted once, always with the same recipe. */
async function expectEqual(bytes: Uint8Array, whole: Uint8Array, recipe = {}): Promise<void> {
  const { bytes: gray, losses, source } = await toGrayscale(bytes, recipe);
  const converting = memoized.get(whole) ?? toGrayscale(whole, recipe);
  memoized.set(whole, converting);
  const expected = await converting;
  expect(losses).toEqual(expected.losses);
  expect(source.sizeBytes).toBe(bytes.length);
  expect(Buffer.compare(gray, expected.bytes)).toBe(0);
}

describe.each([
  ['a PNG', {}],
  ['an interlaced PNG', { progressive: true }],
  ['a palette PNG', { palette: true }],
])('%s', (_, options) => {
  let png: Buffer;
  beforeAll(async () => {
    png = await photoLike(size).png(options).toBuffer();
  });

  // 12 bytes are IEND, 4 the checksum of the last chunk and 4 that of the zlib stream.
  test.each(Array.from({ length: 20 }, (_, i) => i + 1))(
    'without its last %d bytes is complete',
    async (count) => {
      await expectEqual(cut(png, count), png);
    },
  );

  test.each([24, 30, 200])('without its last %d bytes lacks pixels', async (count) => {
    const truncated = cut(png, count);
    expect(await rejectionOf(truncated)).toMatchObject(corrupt);
    const { losses, missingShare } = await toGrayscale(truncated, { tolerate: 'truncated' });
    expect(losses).toEqual(['truncated']);
    expect(missingShare).toBeGreaterThan(0);
  });

  test.each([
    ['part of its chunk’s checksum, which is wrong', 13, 14],
    ['its zlib checksum, which is wrong', 16, 17],
    ['part of its zlib checksum, which is wrong', 18, 19],
  ])('that ends with %s, is damaged', async (_, count, wrongAt) => {
    const damaged = Buffer.from(cut(png, count));
    const at = damaged.length - 1 - (wrongAt - count) + 1;
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    expect(await rejectionOf(damaged)).toMatchObject(corrupt);
  });
});

test('a PNG with a chunk that is wrong and an end that is missing is damaged', async () => {
  const png = await photoLike(size).png().toBuffer();
  const text = Buffer.concat([
    png.subarray(0, 33),
    pngChunk('PLTE', Buffer.alloc(3)),
    png.subarray(33),
  ]);
  text[42] = 1;
  expect(await rejectionOf(cut(text, 18))).toMatchObject(corrupt);
});

test('a PNG whose zlib stream has no checksum is complete', async () => {
  const png = await photoLike(size).png().toBuffer();
  const start = png.indexOf('IDAT') - 4;
  const rows = inflateSync(idat(png));
  const data = deflateSync(rows);
  const file = (data: Uint8Array) =>
    Buffer.concat([png.subarray(0, start), pngChunk('IDAT', data), pngChunk('IEND')]);
  await expectEqual(file(cut(data, 4)), png);
  await expectEqual(file(cut(data, 2)), png);
  const fewer = deflateSync(rows.subarray(0, -1));
  expect(await rejectionOf(file(cut(fewer, 4)))).toMatchObject(corrupt);
});

function pngChunk(type: string, data: Uint8Array = Buffer.alloc(0)): Buffer {
  const chunk = Buffer.concat([Buffer.alloc(4), Buffer.from(type), data, Buffer.alloc(4)]);
  chunk.writeUInt32BE(data.length);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4);
  return chunk;
}

function idat(png: Buffer): Buffer {
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const body = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(body);
  }
  return Buffer.concat(data);
}

describe('a GIF', () => {
  // The end of the file, the end of the data, and a part of the code that ends them.
  test.each([1, 2, 3])('without its last %d bytes is complete', async (count) => {
    const gif = await photoLikeGif(size);
    await expectEqual(cut(gif, count), gif);
  });

  test.each([1, 2])('with several frames is so without its last %d bytes', async (count) => {
    const gif = await animatedGif();
    await expectEqual(cut(gif, count), gif, { format: 'gif' });
  });

  test('without the codes of its last pixels is damaged', async () => {
    expect(await rejectionOf(cut(await photoLikeGif(size), 20))).toMatchObject(corrupt);
  });
});

describe('a WebP', () => {
  const kinds: [string, () => Promise<Buffer>][] = [
    ['lossy', () => photoLike(size).webp().toBuffer()],
    ['lossless', () => photoLike(size).webp({ lossless: true }).toBuffer()],
    ['translucent', () => photoLike(size).ensureAlpha(0.5).webp().toBuffer()],
  ];

  function withSize(bytes: Buffer, change: number): Buffer {
    const changed = Buffer.from(bytes);
    changed.writeUInt32LE(bytes.readUInt32LE(4) + change, 4);
    return changed;
  }

  test.each(kinds)('that is %s and states a wrong size is complete', async (_, make) => {
    const webp = await make();
    for (const change of [-100, -2, -1, 1, 2, 1_000]) {
      const changed = withSize(webp, change);
      await expect(sharp(changed).metadata()).rejects.toThrow();
      await expectEqual(changed, webp);
    }
  });

  test('without its padding is complete', async () => {
    const odd = await photoLike(size).webp({ lossless: true }).toBuffer();
    expect(odd.readUInt32LE(16) % 2).toBe(1);
    await expectEqual(cut(odd, 1), odd);
    expect(await rejectionOf(cut(odd, 2))).toMatchObject(corrupt);
  });

  test('whose EXIF data are cut is rejected, because they may turn the image', async () => {
    const turned = await photoLike(size).withMetadata({ orientation: 6 }).webp().toBuffer();
    expect(await rejectionOf(cut(turned, 10))).toMatchObject(corrupt);
    await expectEqual(withSize(turned, 2), turned);
  });

  test('with frames after the end of the file is rejected', async () => {
    const webp = await animatedWebp();
    expect(await rejectionOf(withSize(webp, 400), { format: 'webp' })).toMatchObject(corrupt);
    await expectEqual(withSize(webp, -2), webp, { format: 'webp' });
  });
});

test('an uncompressed TIFF whose strip is longer than the file is complete', async () => {
  const samples = Array.from({ length: 96 }, (_, i) => (i * 37) % 256);
  const tiff = stripTiff({ width: 8, height: 4, photometric: 2, bits: 8, samples });
  const counts = 10 + 12 * [256, 257, 258, 259, 262, 273, 277, 278, 279].indexOf(279) + 8;
  expect(tiff.readUInt32LE(counts)).toBe(96);
  for (const count of [97, 1_000, 2 ** 31]) {
    const longer = Buffer.from(tiff);
    longer.writeUInt32LE(count, counts);
    await expectEqual(longer, tiff);
    expect(await rejectionOf(cut(longer, 1))).toMatchObject(corrupt);
  }
});
