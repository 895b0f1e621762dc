import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { mulberry32 } from '../../../src/convert/gray/mulberry32.ts';
import { recipeHash, resolveRecipe, toGrayscale } from '../../../src/convert/index.ts';
import {
  animatedGif,
  flipBit,
  photoLike,
  photoLikePixels,
  truncate,
} from '../../../testing/images.ts';
import { buildPng, parsePng } from '../../../testing/png.ts';
import { stripTiff } from '../../../testing/tiff.ts';
import { oraclePixels, rejectionOf } from '../gray/gray-of.ts';

const size = { width: 300, height: 200 };
const recipe = { tolerate: 'truncated' } as const;

async function grayOf(bytes: Uint8Array) {
  const { bytes: png, losses } = await toGrayscale(bytes, recipe);
  return { pixels: [...parsePng(png).pixels], losses };
}

const makers: [kind: string, make: () => Promise<Buffer>][] = [
  ['a baseline JPEG', () => photoLike(size).jpeg().toBuffer()],
  ['a progressive JPEG', () => photoLike(size).jpeg({ progressive: true }).toBuffer()],
  ['a PNG', () => photoLike(size).png().toBuffer()],
  ['an interlaced PNG', () => photoLike(size).png({ progressive: true }).toBuffer()],
  ['a PNG of 16 bits', () => photoLike(size).toColourspace('rgb16').png().toBuffer()],
  ['a palette PNG', () => photoLike(size).png({ palette: true }).toBuffer()],
  ['a GIF', () => photoLike(size).gif().toBuffer()],
  ['a TIFF', async () => tiff()],
];

/** Its directory comes first, its pixels last. */
function tiff(): Buffer {
  const samples = [...photoLikePixels(size)];
  return stripTiff({ ...size, photometric: 2, bits: 8, samples });
}

describe.each(makers)('%s', (_, make) => {
  test('that is truncated is rejected, unless that is tolerated and reported as a loss', async () => {
    const cut = truncate(await make(), 0.7);
    expect(await rejectionOf(cut)).toMatchObject({ code: 'CORRUPT_IMAGE' });
    const { losses, width, height } = await toGrayscale(cut, { ...recipe, frames: 'first' });
    expect(losses).toContain('truncated');
    const { width: w, height: h } = await toGrayscale(await make(), { frames: 'first' });
    expect([width, height]).toEqual([w, h]);
  });

  test('that is truncated gives the same pixels each time', async () => {
    const cut = truncate(await make(), 0.6);
    const [one, ...others] = await Promise.all(Array.from({ length: 5 }, () => grayOf(cut)));
    for (const other of others) expect(other).toEqual(one);
  });

  test('that is complete is converted as usual', async () => {
    const bytes = await make();
    expect((await toGrayscale(bytes, recipe)).bytes).toEqual((await toGrayscale(bytes)).bytes);
    expect((await toGrayscale(bytes, recipe)).losses).not.toContain('truncated');
  });

  test('whose header is truncated is rejected all the same', async () => {
    const cut = (await make()).subarray(0, 12);
    expect(await rejectionOf(cut, recipe)).toMatchObject({ code: 'CORRUPT_IMAGE' });
  });
});

describe('decoded pixels keep their gray, and missing pixels are', () => {
  const expected = oraclePixels(photoLikePixels(size));

  test.each<[string, () => Promise<Buffer>]>([
    ['black in a PNG', () => photoLike(size).png({ adaptiveFiltering: true }).toBuffer()],
    ['black in a TIFF', async () => tiff()],
  ])('%s', async (_, make) => {
    const { pixels } = await grayOf(truncate(await make(), 0.7));
    const end = pixels.findLastIndex((value) => value !== 0);
    const wholeRows = Math.floor(end / size.width);
    expect(wholeRows).toBeGreaterThan(size.height * 0.6);
    expect(wholeRows).toBeLessThan(size.height * 0.75);
    expect(pixels.slice(0, wholeRows * size.width)).toEqual(
      expected.slice(0, wholeRows * size.width),
    );
  });

  test('mid-gray in a baseline JPEG', async () => {
    const jpeg = await photoLike(size).jpeg().toBuffer();
    const whole = parsePng((await toGrayscale(jpeg)).bytes).pixels;
    const { pixels } = await grayOf(truncate(jpeg, 0.7));
    expect(pixels.slice(0, size.width * 96)).toEqual([...whole.subarray(0, size.width * 96)]);
    expect(new Set(pixels.slice(-size.width * 16))).toEqual(new Set([128]));
  });

  test('transparent when there is alpha', async () => {
    const random = mulberry32(7);
    const rows = Uint8Array.from({ length: 64 * 64 * 4 }, () => 1 + random() * 254);
    const png = buildPng({ width: 64, height: 64, colourType: 'rgba', rows });
    const { pixels } = await grayOf(truncate(png, 0.5));
    expect(pixels.slice(-64)).toEqual(Array(64).fill(0));
    expect(pixels.slice(0, 20)).not.toContain(0);
  });

  test('black between the decoded pixels of an interlaced PNG', async () => {
    const png = await photoLike(size).png({ progressive: true }).toBuffer();
    const { pixels } = await grayOf(truncate(png, 0.5));
    // The first five passes are a quarter of the pixels: every other one of every other row.
    const at = (x: number, y: number) => y * size.width + x;
    for (const [x, y] of [
      [0, 0],
      [2, 2],
      [150, 100],
      [298, 198],
    ] as const) {
      expect(pixels[at(x, y)]).toBe(expected[at(x, y)]);
    }
    expect(pixels[at(1, 199)]).toBe(0);
  });
});

describe('a truncated animated GIF', () => {
  const cut = async (share: number) => truncate(await animatedGif(), share);

  test.each([0.5, 0.7, 0.99])('(%d) is rejected if all frames are requested', async (share) => {
    expect(await rejectionOf(await cut(share), { format: 'gif' })).toMatchObject({
      code: 'CORRUPT_IMAGE',
      message: expect.stringContaining('truncated in or after frame'),
    });
  });

  test('is converted up to the damage when that is tolerated', async () => {
    const image = await toGrayscale(await cut(0.7), { ...recipe, format: 'gif' });
    expect(image).toMatchObject({ frames: 2, losses: ['truncated'] });
    const whole = await toGrayscale(await animatedGif(), { ...recipe, format: 'gif' });
    expect(whole).toMatchObject({ frames: 3, losses: [] });
  });

  test('is converted to one image when its first frame is complete', async () => {
    const image = await toGrayscale(await cut(0.7));
    expect(image.losses).toEqual(['frames']);
    expect(image.bytes).toEqual((await toGrayscale(await animatedGif())).bytes);
  });

  test.each([
    ['without its end mark', async () => (await animatedGif()).subarray(0, -1)],
    [
      'with other bytes after it',
      async () => Buffer.concat([await animatedGif(), Buffer.alloc(9)]),
    ],
  ])('is complete %s', async (_, make) => {
    expect((await toGrayscale(await make(), { format: 'gif' })).losses).toEqual([]);
  });
});

test('a changed bit in the pixels of a PNG loses only what follows it', async () => {
  const png = buildPng({ ...size, colourType: 'rgb', rows: photoLikePixels(size) });
  const flipped = flipBit(png, (png.length >> 1) * 8);
  expect(await rejectionOf(flipped)).toMatchObject({ code: 'CORRUPT_IMAGE' });
  const { pixels, losses } = await grayOf(flipped);
  expect(losses).toEqual(['truncated']);
  const first = size.width * 50;
  expect(pixels.slice(0, first)).toEqual(oraclePixels(photoLikePixels(size)).slice(0, first));
});

describe('no pixels are invented', () => {
  test.each<[string, () => Promise<Uint8Array>]>([
    ['a WebP', async () => truncate(await photoLike(size).webp().toBuffer(), 0.7)],
    ['an AVIF', async () => truncate(await photoLike(size).avif({ effort: 0 }).toBuffer(), 0.7)],
    [
      'a tiled TIFF',
      async () => {
        const tiled = await photoLike(size).tiff({ tile: true, compression: 'lzw' }).toBuffer();
        return tiled.fill(0xff, 2_000, 9_000);
      },
    ],
    [
      'a PNG without a single row',
      async () => {
        const png = await photoLike(size).png().toBuffer();
        return png.subarray(0, png.indexOf('IDAT') + 40);
      },
    ],
    [
      'a broken chunk of a PNG',
      async () => {
        const png = await photoLike(size).png({ palette: true }).toBuffer();
        return flipBit(png, (png.indexOf('PLTE') + 6) * 8);
      },
    ],
  ])('for %s: it is rejected', async (_, make) => {
    expect(await rejectionOf(await make(), recipe)).toMatchObject({ code: 'CORRUPT_IMAGE' });
  });
});

test('recipes that tolerate nothing keep their hash', () => {
  expect(recipeHash(resolveRecipe({ tolerate: 'none' }))).toBe(recipeHash(resolveRecipe()));
  expect(recipeHash(resolveRecipe(recipe))).not.toBe(recipeHash(resolveRecipe()));
});

test('sharp alone would lose all of a small PNG', async () => {
  const cut = truncate(await photoLike({ width: 40, height: 30 }).png().toBuffer(), 0.9);
  const alone = await sharp(cut, { failOn: 'none' }).raw().toBuffer();
  expect(new Set(alone)).toEqual(new Set([0]));
  expect(new Set((await grayOf(cut)).pixels).size).toBeGreaterThan(20);
});
