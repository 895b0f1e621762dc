import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import {
  type OutputFormat,
  outputFormats,
  type RecipeOptions,
  resolveRecipe,
  toGrayscale,
} from '../../../src/convert/index.ts';
import {
  orientedJpeg,
  photoLikeAvif,
  photoLikeGif,
  photoLikeJpeg,
  photoLikePixels,
  photoLikePng,
  photoLikeTiff,
  photoLikeWebp,
  pixelPng,
  profiledPng,
  rgbaPng,
  rgbPng,
} from '../../../testing/images.ts';
import { grayOf, oraclePixels } from '../gray/gray-of.ts';

const halfTransparent = rgbaPng({
  width: 2,
  height: 1,
  rows: Uint8Array.of(255, 0, 0, 255, 0, 0, 255, 128),
});

describe('PNG', () => {
  test('has one 8-bit channel and no metadata', async () => {
    const { png, ...image } = await grayOf(await photoLikeJpeg());
    expect(image).toMatchObject({ format: 'png', contentType: 'image/png', channels: 1, depth: 8 });
    expect(png).toMatchObject({ width: 64, height: 48, depth: 8, colourType: 'gray' });
    expect(png.chunkTypes).toEqual(['IHDR', 'IDAT', 'IEND']);
  });

  test('has two channels when the source is transparent', async () => {
    const { png, ...image } = await grayOf(halfTransparent);
    expect(image.channels).toBe(2);
    expect([...png.pixels]).toEqual([76, 255, 29, 128]);
  });

  test('is little larger than its noise requires', async () => {
    const size = { width: 400, height: 300 };
    const { bytes } = await toGrayscale(photoLikePng(size));
    expect(bytes.length).toBeLessThan(size.width * size.height * 0.75);
  });
});

describe('JPEG', () => {
  test('has one channel, is close to the exact gray, and shrinks with lower quality', async () => {
    const options = { width: 200, height: 150 };
    const [low, high] = await Promise.all(
      [10, 95].map((quality) => toGrayscale(photoLikePng(options), { format: 'jpeg', quality })),
    );
    expect(high).toMatchObject({
      format: 'jpeg',
      contentType: 'image/jpeg',
      channels: 1,
      depth: 8,
    });
    expect(await sharp(high?.bytes).metadata()).toMatchObject({
      format: 'jpeg',
      channels: 1,
      space: 'b-w',
    });
    expect(low?.bytes.length).toBeLessThan((high?.bytes.length ?? 0) / 2);
    expect(await distance(high?.bytes, options)).toBeLessThan(3);
  });
});

describe('WebP', () => {
  test.each([
    ['three equal channels', photoLikePng(), 3],
    ['three equal channels with alpha', halfTransparent, 4],
  ])('has no gray mode, so it is %s', async (_, bytes, channels) => {
    const image = await toGrayscale(bytes, { format: 'webp' });
    expect(image).toMatchObject({
      format: 'webp',
      contentType: 'image/webp',
      channels,
      losses: [],
    });
    expect(await sharp(image.bytes).metadata()).toMatchObject({ format: 'webp', channels });
  });

  test('is close to the exact gray, and shrinks with lower quality', async () => {
    const [low, high] = await Promise.all(
      [10, 95].map((quality) => toGrayscale(photoLikePng(), { format: 'webp', quality })),
    );
    expect(low?.bytes.length).toBeLessThan((high?.bytes.length ?? 0) / 2);
    expect(await distance(high?.bytes, {})).toBeLessThan(4);
  });
});

describe('every gray value is preserved', () => {
  test.each<[RecipeOptions]>([
    [{ format: 'png', compressionLevel: 0 }],
    [{ format: 'tiff' }],
    [{ format: 'gif' }],
    [{ format: 'webp', lossless: true, effort: 0 }],
    [{ format: 'avif', lossless: true, effort: 0 }],
  ])('by %j', async (recipe) => {
    const options = { width: 301, height: 203, seed: 9 };
    const ramp = Uint8Array.from(
      { length: 301 * 203 * 3 },
      (_, i) => (Math.floor(i / 3) * 101) & 255,
    );
    for (const rows of [photoLikePixels(options), ramp]) {
      const { bytes } = await toGrayscale(rgbPng({ ...options, rows }), recipe);
      const pixels = await sharp(bytes).toColourspace('srgb').raw().toBuffer();
      const step = pixels.length / (301 * 203);
      expect([...pixels].filter((_, i) => i % step === 0)).toEqual(oraclePixels(rows));
    }
  });

  test('of one pixel, in GIF', async () => {
    const { bytes } = await toGrayscale(pixelPng(9, 9, 9), { format: 'gif' });
    expect([...(await sharp(bytes).raw().toBuffer())].slice(0, 3)).toEqual([9, 9, 9]);
  });
});

describe('the output is smaller', () => {
  const bytes = photoLikePng({ width: 200, height: 150 });
  const sizeOf = async (recipe: RecipeOptions) => (await toGrayscale(bytes, recipe)).bytes.length;

  test.each<[RecipeOptions, RecipeOptions]>([
    [{ compressionLevel: 9 }, { compressionLevel: 1 }],
    [
      { format: 'webp', effort: 6 },
      { format: 'webp', effort: 0 },
    ],
    [
      { format: 'avif', quality: 20, effort: 0 },
      { format: 'avif', quality: 90, effort: 0 },
    ],
    [{ format: 'webp' }, { format: 'webp', lossless: true }],
  ])('by %j than by %j', async (small, large) => {
    expect(await sizeOf(small)).toBeLessThan(await sizeOf(large));
  });
});

describe('the format of the source', () => {
  test.each<[OutputFormat, () => Uint8Array | Promise<Uint8Array>]>([
    ['jpeg', photoLikeJpeg],
    ['png', photoLikePng],
    ['webp', photoLikeWebp],
    ['gif', photoLikeGif],
    ['tiff', photoLikeTiff],
    ['avif', photoLikeAvif],
  ])('is kept: %s', async (format, make) => {
    const image = await toGrayscale(await make(), { format: 'source', effort: 1 });
    expect(image).toMatchObject({ format, contentType: `image/${format}` });
    const { format: written } = await sharp(image.bytes).metadata();
    expect(written).toBe(format === 'avif' ? 'heif' : format);
  });
});

test('an effort above the maximum of the source’s format is capped to it', async () => {
  const bytes = await photoLikeWebp();
  const [asked, most] = await Promise.all(
    [9, 6].map((effort) => toGrayscale(bytes, { format: 'source', effort })),
  );
  expect(asked?.bytes).toEqual(most?.bytes);
});

describe.each(Object.keys(outputFormats) as OutputFormat[])('a %s', (format) => {
  test('carries neither the profile nor the EXIF of its source', async () => {
    for (const bytes of [await orientedJpeg(6), await profiledPng()]) {
      const metadata = await sharp((await toGrayscale(bytes, { format })).bytes).metadata();
      expect(metadata).toMatchObject({ hasProfile: false });
      for (const name of ['icc', 'exif', 'xmp', 'iptc', 'orientation']) {
        if (format !== 'tiff' || name !== 'orientation') expect(metadata).not.toHaveProperty(name);
      }
    }
  });

  test('is the same to the byte each time, also during concurrent conversions', async () => {
    const sources = await Promise.all([1, 2, 3].map((seed) => photoLikeJpeg({ seed })));
    const alone = [];
    for (const bytes of sources) alone.push((await toGrayscale(bytes, { format })).bytes);
    const together = await Promise.all(
      [...sources, ...sources].map((bytes) => toGrayscale(bytes, { format })),
    );
    expect(together.map(({ bytes }) => bytes)).toEqual([...alone, ...alone]);
  });

  test('is the same from a resolved recipe', async () => {
    const bytes = photoLikePng();
    const resolved = await toGrayscale(bytes, resolveRecipe({ format }));
    expect(resolved.bytes).toEqual((await toGrayscale(bytes, { format })).bytes);
  });
});

test('each stage is timed', async () => {
  const startedAt = performance.now();
  const { stages } = await toGrayscale(await photoLikeJpeg({ width: 400, height: 300 }));
  const times = Object.values(stages);
  expect(Object.keys(stages)).toEqual(['decodeMs', 'grayMs', 'encodeMs']);
  for (const time of times) expect(time).toBeGreaterThan(0);
  expect(times.reduce((sum, time) => sum + time)).toBeLessThan(performance.now() - startedAt);
});

test('the source is unchanged', async () => {
  const bytes = await photoLikeJpeg();
  const before = Buffer.from(bytes);
  await toGrayscale(bytes);
  expect(bytes).toEqual(before);
});

/** Mean distance between a file’s gray and the oracle’s. */
async function distance(
  bytes: Uint8Array | undefined,
  options: { width?: number; height?: number },
): Promise<number> {
  const pixels = await sharp(bytes).toColourspace('b-w').raw().toBuffer();
  const expected = oraclePixels(photoLikePixels(options));
  return (
    expected.reduce((sum, gray, i) => sum + Math.abs(gray - (pixels[i] ?? 0)), 0) / pixels.length
  );
}
