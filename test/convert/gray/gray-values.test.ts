import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cmykJpeg,
  grayPng,
  palettePng,
  photoLike,
  photoLikePixels,
  photoLikePng,
  pixelPng,
  rgbPng,
} from '../../../testing/images.ts';
import { tiledTiff } from '../../../testing/tiff.ts';
import { grayOf, oracleGray, oraclePixels } from './gray-of.ts';

describe('gray matches Pillow', () => {
  test.each([
    ['red', [255, 0, 0], 76],
    ['green', [0, 255, 0], 150],
    ['blue', [0, 0, 255], 29],
    ['a mixed colour', [64, 128, 192], 116],
    ['a dark colour', [10, 20, 30], 18],
    ['black', [0, 0, 0], 0],
    ['white', [255, 255, 255], 255],
  ] as const)('for %s', async (_, [red, green, blue], gray) => {
    const { png } = await grayOf(pixelPng(red, green, blue));
    expect([...png.pixels]).toEqual([gray]);
  });

  // Written by Pillow 9.4 (libjpeg-turbo 2.1.5, libwebp 1.2.4) from one small drawn image; the
  // hash is of `Image.open(file).convert('L').tobytes()`.
  test.each([
    ['baseline-420.jpg', '8348c82425b14dc21123f963ecd6e599544923bceb14e765fe771fc924512918'],
    ['progressive-422.jpg', '18cb8d07b284ee8958bd4695b7106591badbd8b038f0f565c3364b07bed9e6a9'],
    ['baseline-444.jpg', 'f44d434d548adb46b03f2a5c53c5ce7bf511a06a0d095e3bd6d9d5dfa9bfa56b'],
    ['gray.jpg', '9e87e3b9f040616b7249bce81bd1e28241b871367fab1b45d4924e67a3904810'],
    ['lossy.webp', 'fd86ebf517807ccd72019e5a296118d2520241236c71d62a117deeed6a747e7e'],
    ['palette.gif', '3212aab41268ed13f5d938bc32830aca1e18997954f4de50dc0e9aac19a95178'],
    ['palette.png', 'f9193e64ae7d10bf745524fbbd105d06112e24d286cae71bcd6402fd6071b565'],
    ['strips.tif', '27034f1baa254f91265d666aac0836eaee075280ac875e8fcbc51442107adec8'],
  ])('for every pixel of %s', async (file, expected) => {
    const { png } = await grayOf(await readFile(join(import.meta.dirname, '../pillow', file)));
    expect(createHash('sha256').update(png.pixels).digest('hex')).toBe(expected);
  });
});

describe('gray matches the oracle', () => {
  test('for a cube of 33 x 33 x 33 colours', async () => {
    const levels = Array.from({ length: 33 }, (_, i) => Math.min(255, i * 8));
    const colours = levels.flatMap((r) => levels.flatMap((g) => levels.map((b) => [r, g, b])));
    const rows = Uint8Array.from(colours.flat());
    const { png } = await grayOf(rgbPng({ width: 33 * 33, height: 33, rows }));
    expect([...png.pixels]).toEqual(oraclePixels(rows));
  });

  test('for any colours', async () => {
    const colour = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(colour, { minLength: 1, maxLength: 300 }), async (colours) => {
        const rows = Uint8Array.from(colours.flat());
        const { png } = await grayOf(rgbPng({ width: colours.length, height: 1, rows }));
        expect([...png.pixels]).toEqual(colours.map((rgb) => oracleGray(...rgb)));
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ['a lossless WebP', () => photoLike().webp({ lossless: true }).toBuffer()],
    ['a lossless AVIF', () => photoLike().avif({ lossless: true, effort: 0 }).toBuffer()],
    ['a TIFF', () => photoLike().tiff({ compression: 'lzw' }).toBuffer()],
    ['a BigTIFF', () => photoLike().tiff({ compression: 'lzw', bigtiff: true }).toBuffer()],
    ['a tiled TIFF', () => photoLike().tiff({ compression: 'deflate', tile: true }).toBuffer()],
    ['an interlaced PNG', () => photoLike().png({ progressive: true }).toBuffer()],
  ])('for %s', async (_, make) => {
    const { png } = await grayOf(await make());
    expect([...png.pixels]).toEqual(oraclePixels(photoLikePixels()));
  });

  test.each([1, 2, 4, 8])('for a palette with %d-bit indices', async (depth) => {
    const colours = 2 ** depth;
    const pixels = photoLikePixels({ width: colours, height: 1, seed: depth });
    const palette = Array.from({ length: colours }, (_, i) => [
      ...pixels.subarray(i * 3, i * 3 + 3),
    ]);
    const width = 37;
    const indices = Array.from({ length: width * 5 }, (_, i) => (i * 7) % colours);
    const rows = packed(indices, width, depth);
    const { png, losses } = await grayOf(palettePng({ width, height: 5, depth, palette, rows }));
    expect([...png.pixels]).toEqual(indices.map((i) => oraclePixels(pixels)[i]));
    expect(losses).toEqual([]);
  });
});

describe('an image that is already gray keeps its values', () => {
  test.each([1, 2, 4, 8])('at %d bits per sample, spread over 0 to 255', async (depth) => {
    const levels = 2 ** depth;
    const width = 37;
    const values = Array.from({ length: width * 9 }, (_, i) => (i * 5) % levels);
    const rows = packed(values, width, depth);
    const { png, losses } = await grayOf(grayPng({ width, height: 9, depth, rows }));
    expect([...png.pixels]).toEqual(values.map((value) => (value * 255) / (levels - 1)));
    expect(losses).toEqual([]);
  });

  test('stored as RGB', async () => {
    const rows = Uint8Array.from({ length: 256 * 3 }, (_, i) => Math.floor(i / 3));
    const { png } = await grayOf(rgbPng({ width: 16, height: 16, rows }));
    expect([...png.pixels]).toEqual(Array.from({ length: 256 }, (_, i) => i));
  });

  test('stored in tiles', async () => {
    const bytes = tiledTiff({ across: 2, down: 1 });
    const [left, right] = [bytes.subarray(-512, -256), bytes.subarray(-256)];
    const { png } = await grayOf(bytes);
    expect([...png.pixels.subarray(0, 32)]).toEqual([
      ...left.subarray(0, 16),
      ...right.subarray(0, 16),
    ]);
  });

  test('when it is converted again', async () => {
    const once = await grayOf(photoLikePng());
    expect((await grayOf(once.bytes)).png.pixels).toEqual(once.png.pixels);
  });
});

describe('other colour models give nearly the gray of the same image in RGB', () => {
  test.each<[string, () => Promise<Buffer>, number]>([
    ['CMYK JPEG', cmykJpeg, 25],
    [
      'CIELAB TIFF',
      () => photoLike().toColourspace('lab').tiff({ compression: 'lzw' }).toBuffer(),
      1,
    ],
  ])('%s', async (_, make, tolerance) => {
    const { png } = await grayOf(await make());
    const expected = oraclePixels(photoLikePixels());
    const distance = expected.reduce(
      (sum, gray, i) => sum + Math.abs(gray - (png.pixels[i] ?? 0)),
      0,
    );
    expect(distance / expected.length).toBeLessThan(tolerance);
  });
});

/** Rows of samples of fewer than 8 bits, each row padded to whole bytes. */
function packed(samples: number[], width: number, depth: number): Uint8Array {
  const rowBytes = Math.ceil((width * depth) / 8);
  const rows = new Uint8Array((samples.length / width) * rowBytes);
  samples.forEach((sample, i) => {
    const bit = (i % width) * depth;
    const at = Math.floor(i / width) * rowBytes + (bit >> 3);
    rows[at] = (rows[at] ?? 0) | (sample << (8 - depth - (bit & 7)));
  });
  return rows;
}
