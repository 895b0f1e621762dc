import { readFile } from 'node:fs/promises';
import sharp, { type TiffOptions } from 'sharp';
import { describe, expect, test } from 'vitest';
import { toGrayscale } from '../../../src/convert/index.ts';
import { flipBit, photoLike, photoLikePixels } from '../../../testing/images.ts';
import { rejectionOf } from '../gray/gray-of.ts';

const size = { width: 300, height: 200 };
const tolerant = { tolerate: 'truncated' } as const;
const corrupt = { name: 'ConversionError', code: 'CORRUPT_IMAGE' };

const fixture = (name: string) => readFile(new URL(`../damaged-files/${name}`, import.meta.url));

/** Decodes with libtiff’s warnings as errors. */
const strictly = (bytes: Buffer) => sharp(bytes, { failOn: 'warning' }).raw().toBuffer();

async function tiff(options: TiffOptions): Promise<Buffer> {
  const isFax = options.compression === 'ccittfax4';
  const image = isFax ? photoLike(size).threshold(128).toColourspace('b-w') : photoLike(size);
  return await image.tiff({ ...options, ...(isFax && { bitdepth: 1 }) }).toBuffer();
}

const tile = { tile: true, tileWidth: 64, tileHeight: 64 } as const;
const kinds: [kind: string, options: TiffOptions][] = [
  ['G4', { compression: 'ccittfax4' }],
  ['LZW', { compression: 'lzw' }],
  ['LZW without a predictor', { compression: 'lzw', predictor: 'none' }],
  ['deflate', { compression: 'deflate' }],
  ['PackBits', { compression: 'packbits' }],
  ['JPEG', { compression: 'jpeg' }],
  ['LZW tiles', { compression: 'lzw', ...tile }],
  ['deflate tiles', { compression: 'deflate', ...tile }],
  ['JPEG tiles', { compression: 'jpeg', ...tile }],
  ['BigTIFF with deflate', { compression: 'deflate', bigtiff: true }],
];

describe.each(kinds)('a TIFF with %s', (_, options) => {
  test('is converted', async () => {
    expect((await toGrayscale(await tiff(options))).losses).not.toContain('truncated');
  });

  test.each([0.2, 0.5])('is rejected when data are zero from %d', async (share) => {
    const bytes = await tiff(options);
    const start = Math.floor(bytes.length * share);
    expect(await rejectionOf(bytes.fill(0, start, start + 200))).toMatchObject(corrupt);
  });

  test('has the same pixels without its odd tags', async () => {
    const bytes = await tiff(options);
    const odd = withOddTags(bytes);
    // libvips checks for warnings only when it reads strips.
    if (!options.tile) await expect(strictly(odd)).rejects.toThrow('not sorted');
    expect((await toGrayscale(odd)).bytes).toEqual((await toGrayscale(bytes)).bytes);
  });
});

/** Exchanges the first two entries of the directory, which must be sorted: TIFF 6.0, section 2. */
function withOddTags(bytes: Buffer): Buffer {
  const isBig = bytes.readUInt16LE(2) === 43;
  const at = isBig ? Number(bytes.readBigUInt64LE(8)) + 8 : bytes.readUInt32LE(4) + 2;
  const size = isBig ? 20 : 12;
  const odd = Buffer.from(bytes);
  odd.set(bytes.subarray(at, at + size), at + size);
  odd.set(bytes.subarray(at + size, at + 2 * size), at);
  return odd;
}

test('a line of the wrong length in G4 data is damage', async () => {
  const damaged = await fixture('g4-damaged.tif');
  expect((await toGrayscale(await fixture('g4-whole.tif'))).losses).toEqual([]);
  expect(await rejectionOf(damaged)).toMatchObject(corrupt);
  const { losses, missingShare } = await toGrayscale(damaged, tolerant);
  expect({ losses, missingShare }).toEqual({ losses: ['truncated'], missingShare: undefined });
});

test('a strip whose checksum is wrong is damage, and its share is known', async () => {
  // libvips writes strips of 256 rows.
  const tall = { width: 300, height: 512 };
  const bytes = await photoLike(tall).tiff({ compression: 'deflate' }).toBuffer();
  const start = Math.floor(bytes.length * 0.3);
  bytes.fill(0, start, start + 200);
  // libtiff stops when it has all pixels of a strip, before its checksum.
  await strictly(bytes);
  expect(await rejectionOf(bytes)).toMatchObject(corrupt);
  expect(await toGrayscale(bytes, tolerant)).toMatchObject({
    losses: ['truncated'],
    missingShare: 0.5,
  });
});

test('a page that is not requested may be damaged', async () => {
  const page = photoLikePixels(size);
  const two = sharp(Buffer.concat([page, page]), {
    raw: { width: size.width, height: size.height * 2, channels: 3, pageHeight: size.height },
  });
  const bytes = await two.tiff({ compression: 'deflate' }).toBuffer();
  const { width, height, pages } = await sharp(bytes).metadata();
  expect([width, height, pages]).toEqual([size.width, size.height, 2]);
  const flipped = flipBit(bytes, 8 * Math.floor(bytes.length * 0.9));
  expect((await toGrayscale(flipped)).losses).toEqual(['frames']);
  expect(await rejectionOf(flipped, { format: 'tiff' })).toMatchObject(corrupt);
});
