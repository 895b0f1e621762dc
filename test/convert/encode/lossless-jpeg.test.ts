import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { openImage, type RecipeOptions, toGrayscale } from '../../../src/convert/index.ts';
import { openThumbnail } from '../../../src/convert/thumbnail.ts';
import {
  cmykJpeg,
  orientedJpeg,
  photoLike,
  photoLikeJpeg,
  photoLikePng,
  truncate,
} from '../../../testing/images.ts';
import { readPlainJpeg } from '../../../testing/plain-jpeg.ts';
import { parsePng } from '../../../testing/png.ts';
import { rejectionOf } from '../gray/gray-of.ts';

const lossless = { format: 'jpeg', lossless: true } as const;
const fixture = (name: string) => readFile(new URL(`../damaged-files/${name}`, import.meta.url));
const lumaOf = (bytes: Uint8Array) => readPlainJpeg(bytes).components[0];
const rawOf = async (bytes: Uint8Array) => [
  ...(await sharp(bytes).autoOrient().toColourspace('b-w').raw().toBuffer()),
];

function meanDistance(a: readonly number[], b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] as number)), 0) / a.length;
}

test.each(['jpeg', 'source'] as const)('as %s keeps the luma of a JPEG', async (format) => {
  const bytes = await photoLikeJpeg({ width: 300, height: 201, progressive: true });
  const { bytes: output, ...image } = await toGrayscale(bytes, { format, lossless: true });
  expect(image).toMatchObject({
    ...{ format: 'jpeg', contentType: 'image/jpeg', width: 300, height: 201 },
    ...{ channels: 1, depth: 8, frames: 1, losses: [] },
  });
  expect(lumaOf(output)).toMatchObject({
    blocks: lumaOf(bytes)?.blocks,
    quantizer: lumaOf(bytes)?.quantizer,
  });
  const rec601 = parsePng((await toGrayscale(bytes)).bytes).pixels;
  expect(meanDistance(await rawOf(output), rec601)).toBeLessThan(0.1);
});

test('as source is as before for other formats', async () => {
  const recipe = { format: 'source', lossless: true } as const;
  expect(await toGrayscale(photoLikePng(), recipe)).toMatchObject({ format: 'png' });
});

test('the resolution is kept, and nothing else: no profile, no EXIF', async () => {
  const bytes = await photoLike()
    .withMetadata({ density: 300 })
    .withIccProfile('srgb')
    .jpeg()
    .toBuffer();
  const { bytes: output } = await toGrayscale(bytes, lossless);
  expect(readPlainJpeg(output).markers).toEqual([0xe0, 0xdb, 0xc0, 0xc4, 0xda, 0xd9]);
  expect(await sharp(output).metadata()).toMatchObject({ density: 300, resolutionUnit: 'inch' });
});

describe.each([2, 3, 4, 5, 6, 7, 8])('EXIF orientation %d', (orientation) => {
  test('is applied where all blocks are whole', async () => {
    const source = await orientedJpeg(orientation, { width: 72, height: 40 });
    const { bytes, width, height } = await toGrayscale(source, lossless);
    const { orientation: left, ...metadata } = await sharp(bytes).metadata();
    expect({ left, ...metadata }).toMatchObject({ left: undefined, width, height });
    expect([width, height]).toEqual(orientation > 4 ? [40, 72] : [72, 40]);
    const upright = parsePng((await toGrayscale(source)).bytes).pixels;
    expect(meanDistance(await rawOf(bytes), upright)).toBeLessThan(0.5);
  });

  test('is kept as the only EXIF tag otherwise', async () => {
    const source = await orientedJpeg(orientation, { width: 69, height: 43 });
    const { bytes } = await toGrayscale(source, lossless);
    const upright = parsePng((await toGrayscale(source)).bytes).pixels;
    expect(meanDistance(await rawOf(bytes), upright)).toBeLessThan(0.5);
    const { orientation: kept, exif } = await sharp(bytes).metadata();
    // Columns that become rows without being mirrored need no whole blocks.
    expect(kept).toBe(orientation === 5 ? undefined : orientation);
    expect(exif?.length ?? 32).toBe(32);
  });

  test('is dropped if it is ignored', async () => {
    const source = await orientedJpeg(orientation, { width: 69, height: 43 });
    const recipe = { ...lossless, orientation: 'ignore' } as const;
    const { bytes, width } = await toGrayscale(source, recipe);
    expect(width).toBe(69);
    expect((await sharp(bytes).metadata()).orientation).toBeUndefined();
    expect(lumaOf(bytes)?.blocks).toEqual(lumaOf(source)?.blocks);
  });
});

test('a resolution stays that of the stored sides if the image is not turned', async () => {
  const densityOf = async (width: number) => {
    const jpeg = await orientedJpeg(6, { width, height: 40 - (width % 8) });
    // 300 by 200 dots per inch.
    const jfif = Buffer.from('\xff\xe0\0\x10JFIF\0\x01\x02\x01\x01\x2c\0\xc8\0\0', 'latin1');
    const source = Buffer.concat([jpeg.subarray(0, 2), jfif, jpeg.subarray(2)]);
    const { bytes } = await toGrayscale(source, lossless);
    const at = Buffer.from(bytes).indexOf('JFIF') + 8;
    return [...bytes.subarray(at, at + 4)];
  };
  expect(await densityOf(72)).toEqual([0, 200, 1, 44]);
  expect(await densityOf(69)).toEqual([1, 44, 0, 200]);
});

test('a thumbnail of an output that is not turned is upright', async () => {
  const { bytes } = await toGrayscale(await orientedJpeg(6, { width: 69, height: 43 }), lossless);
  const opened = await openThumbnail(bytes, 320);
  const thumbnail = await opened.convert();
  expect(await sharp(thumbnail.bytes).metadata()).toMatchObject({ width: 43, height: 69 });
});

const at = (bytes: Buffer, marker: number) => bytes.indexOf(Buffer.of(0xff, marker));
const withAdobe = (bytes: Buffer, transform: number) =>
  Buffer.concat([
    bytes.subarray(0, 2),
    Buffer.from('\xff\xee\0\x0eAdobe\0\x64\0\0\0\0', 'latin1'),
    Buffer.of(transform),
    bytes.subarray(2),
  ]);

const refused: [name: string, make: () => unknown, message: RegExp, recipe?: RecipeOptions][] = [
  ['a PNG', photoLikePng, /received PNG\. Choose png, tiff, webp or avif, or omit lossless/],
  ['a CMYK JPEG', cmykJpeg, /it has 4 colour components/],
  ['an RGB JPEG', async () => withAdobe(await photoLikeJpeg(), 0), /its samples are RGB/],
  ['arithmetic coding', () => fixture('arithmetic.jpg'), /coded arithmetically/],
  [
    'a luma with fewer samples than its colours',
    async () => {
      const bytes = await photoLike().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer();
      bytes[at(bytes, 0xc0) + 14] = 0x22;
      return bytes;
    },
    /its luma has a lower resolution than its colours/,
  ],
  [
    'another method',
    photoLikeJpeg,
    /the method \(GRAY_METHOD\) is rec709\. Choose rec601/,
    { method: 'rec709' },
  ],
  ['the gray of Pillow', photoLikeJpeg, /compat \(GRAY_COMPAT\) is pillow/, { compat: 'pillow' }],
  [
    'a colour profile',
    () => photoLike().withIccProfile('p3').jpeg().toBuffer(),
    /its colour profile changes its grays\. Set colour \(GRAY_COLOUR\) to raw/,
  ],
];

test.each(refused)('%s is refused', async (_, make, message, recipe = {}) => {
  const bytes = (await make()) as Buffer;
  expect(await rejectionOf(bytes, { ...lossless, ...recipe })).toMatchObject({
    code: 'NO_LOSSLESS_OUTPUT',
    message: expect.stringMatching(message),
  });
});

describe('is no reason to refuse', () => {
  test('a profile that is ignored', async () => {
    const bytes = await photoLike().withIccProfile('p3').jpeg().toBuffer();
    const { losses } = await toGrayscale(bytes, { ...lossless, colour: 'raw' });
    expect(losses).toEqual([]);
  });

  test('Adobe’s segment with YCbCr', async () => {
    const bytes = withAdobe(await photoLikeJpeg(), 1);
    const { bytes: output } = await toGrayscale(bytes, lossless);
    expect(lumaOf(output)?.blocks).toEqual(lumaOf(bytes)?.blocks);
  });

  test('any method of a gray JPEG that keeps grays', async () => {
    const gray = await photoLike().toColourspace('b-w').jpeg().toBuffer();
    const image = await toGrayscale(gray, { ...lossless, method: 'average' });
    expect(image.colourfulness).toEqual({ max: 0, p99: 0, isNeutral: true });
  });
});

describe('colours', () => {
  const size = { width: 64, height: 48 };
  const flat = (background: string) => sharp({ create: { ...size, channels: 3, background } });
  const kinds = [
    ['4:2:0', { chromaSubsampling: '4:2:0' }],
    ['4:4:4', { chromaSubsampling: '4:4:4' }],
    ['progressive', { progressive: true }],
    ['quality 30', { quality: 30 }],
  ] as const;

  test.each(kinds)('are measured by their means: %s', async (_, options) => {
    for (const orientation of [1, 6]) {
      const bytes = await flat('rgb(200, 100, 70)')
        .withMetadata({ orientation })
        .jpeg(options)
        .toBuffer();
      const { colourfulness } = await toGrayscale(bytes, lossless);
      const { colourfulness: ofPixels } = await toGrayscale(bytes);
      expect(Math.abs((colourfulness?.max ?? 0) - (ofPixels?.max ?? 0))).toBeLessThanOrEqual(2);
      expect(colourfulness).toMatchObject({ p99: colourfulness?.max, isNeutral: false });
    }
  });

  test.each(kinds)('of gray saved as RGB are neutral: %s', async (_, options) => {
    const gray = await photoLike(size).toColourspace('b-w').raw().toBuffer();
    const rgb = Buffer.from([...gray].flatMap((value) => [value, value, value]));
    const bytes = await sharp(rgb, { raw: { ...size, channels: 3 } })
      .jpeg(options)
      .toBuffer();
    const { colourfulness } = await toGrayscale(bytes, lossless);
    expect(colourfulness).toEqual({ max: 0, p99: 0, isNeutral: true });
  });

  test('of a line are not neutral', async () => {
    const red = { create: { width: 2, height: 48, channels: 3, background: 'red' } } as const;
    const bytes = await flat('white')
      .composite([{ input: red, left: 30, top: 0 }])
      .jpeg()
      .toBuffer();
    expect((await toGrayscale(bytes, lossless)).colourfulness?.isNeutral).toBe(false);
  });

  test('in separate scans are unknown', async () => {
    const { colourfulness } = await toGrayscale(await fixture('three-scans.jpg'), lossless);
    expect(colourfulness).toBeUndefined();
  });
});

describe('damage', () => {
  test.each([0.6, 0.8])('is seen in the first %d of a file', async (share) => {
    const bytes = truncate(await photoLikeJpeg({ width: 300, height: 200 }), share);
    expect(await rejectionOf(bytes, lossless)).toMatchObject({
      code: 'CORRUPT_IMAGE',
      message: expect.stringMatching(/\(scan 1 (ends too early|has an unknown Huffman code)\)/),
    });
  });

  test('is not tolerated', async () => {
    const half = await fixture('half-scan.jpg');
    expect(await rejectionOf(half, { ...lossless, tolerate: 'truncated' })).toMatchObject({
      code: 'CORRUPT_IMAGE',
      message: expect.stringContaining('lossless converts whole images only'),
    });
  });

  test('of chroma only is damage, too', async () => {
    const bytes = await fixture('three-scans.jpg');
    const third = bytes.lastIndexOf('\xff\xda', undefined, 'latin1');
    const cut = Buffer.concat([bytes.subarray(0, third), Buffer.of(0xff, 0xd9)]);
    expect(await rejectionOf(cut, lossless)).toMatchObject({ code: 'CORRUPT_IMAGE' });
  });
});

test('concurrent conversions do not affect each other', async () => {
  const sources = await Promise.all(
    [1, 2, 3, 4].map((seed) =>
      photoLikeJpeg({ width: 500, height: 300, seed, progressive: seed % 2 === 0 }),
    ),
  );
  const outputs = await Promise.all(
    [...sources, ...sources].map((source) => toGrayscale(source, lossless)),
  );
  for (const [i, { bytes }] of outputs.entries()) {
    const source = sources[i % sources.length] as Buffer;
    expect(lumaOf(bytes)?.blocks).toEqual(lumaOf(source)?.blocks);
  }
});

test('limits of time and output apply', async () => {
  const bytes = await photoLikeJpeg({ width: 900, height: 600 });
  await expect(toGrayscale(bytes, lossless, { timeoutMs: 1 })).rejects.toMatchObject({
    code: 'CONVERSION_TIMEOUT',
  });
  await expect(toGrayscale(bytes, lossless, { maxOutputBytes: 9_999 })).rejects.toMatchObject({
    code: 'OUTPUT_TOO_LARGE',
  });
});

test('a baseline JPEG needs at most three times the file and 32 MB', async () => {
  const bytes = await photoLikeJpeg({ width: 900, height: 600 });
  const image = await openImage(bytes, lossless);
  expect(image.memoryBytes).toBeLessThan(3 * bytes.length + 32e6);
  image.close();
  const progressive = await photoLikeJpeg({ width: 1_200, height: 800, progressive: true });
  const opened = await openImage(progressive, lossless);
  expect(opened.memoryBytes).toBeGreaterThan(2 * 1_200 * 800);
  opened.close();
});
