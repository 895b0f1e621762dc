// What every converter must do, wherever it runs.
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import {
  defaultLimits,
  type GrayImage,
  type RecipeOptions,
  resolveRecipe,
  toGrayscale,
} from '../../src/convert/index.ts';
import { createInlineConverter } from '../../src/isolation/inline-converter.ts';
import { createProcessConverter } from '../../src/isolation/process-converter.ts';
import {
  animatedGif,
  multiPageTiff,
  photoLikeAvif,
  photoLikeJpeg,
  photoLikePng,
  photoLikeWebp,
  truncate,
} from '../../testing/images.ts';
import { inspectImage } from '../../testing/inspect-image.ts';

const folder = new URL('../convert/fixtures/', import.meta.url);
const fixtures = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
  (path) => /\.\w+$/.test(path) && !/README|source\.png|subsampled/.test(path),
);

const images: [name: string, () => Uint8Array | Promise<Uint8Array>, RecipeOptions?][] = [
  ...fixtures.map((path) => [path, () => readFileSync(new URL(path, folder))] as const),
  ['a JPEG', () => photoLikeJpeg()],
  ['a PNG, by decolor', () => photoLikePng(), { method: 'decolor' }],
  ['a WebP, to AVIF', () => photoLikeWebp(), { format: 'avif' }],
  ['an AVIF, to WebP', () => photoLikeAvif(), { format: 'webp' }],
  ['an animated GIF, to GIF', () => animatedGif({ frames: 3 }), { format: 'gif' }],
  ['a TIFF of pages, at 16 bits', () => multiPageTiff({ frames: 2 }), { depth: '16' }],
].map(([name, make, recipe]) => [name, make, recipe] as (typeof images)[number]);

const large = { width: 1_000, height: 1_000 };

const memoized = new Map<string, Promise<GrayImage & { memoryBytes: number }>>();

/** What the library makes of an image, for all converters. */
function expectedOf(name: string, bytes: Uint8Array, recipe: RecipeOptions) {
  const expected = memoized.get(name) ?? convertedByLibrary(bytes, recipe);
  memoized.set(name, expected);
  return expected;
}

async function convertedByLibrary(bytes: Uint8Array, recipe: RecipeOptions) {
  const { memoryBytes } = await inspectImage(bytes, {}, recipe);
  return { ...(await toGrayscale(bytes, recipe)), memoryBytes };
}

const converters = {
  'in this process': createInlineConverter(),
  'in processes': createProcessConverter({ processes: 2, env: {} }),
};

afterAll(async () => {
  for (const converter of Object.values(converters)) await converter.close();
});

describe.each(Object.entries(converters))('a converter %s', (_, converter) => {
  async function converted(bytes: Uint8Array, recipe?: RecipeOptions, limits = defaultLimits) {
    const image = await converter.open(bytes, { recipe: resolveRecipe(recipe), limits });
    try {
      const { header, memoryBytes } = image;
      return { header, memoryBytes, ...(await image.convert()) };
    } finally {
      image.close();
    }
  }

  test.each(images)('converts %s as the library does', async (name, make, recipe = {}) => {
    const bytes = await make();
    const { stages, bytes: gray, ...facts } = await converted(bytes, recipe);
    const { bytes: expectedGray, stages: its, ...expected } = await expectedOf(name, bytes, recipe);
    expect(Buffer.from(gray).equals(expectedGray)).toBe(true);
    expect(facts).toEqual({ ...expected, header: expected.source });
    expect(Object.keys(stages)).toEqual(Object.keys(its));
  });

  test.each([
    ['an invalid header', () => Buffer.from('hello'), {}, 'UNSUPPORTED_FORMAT'],
    ['half a JPEG', async () => truncate(await photoLikeJpeg(), 0.5), {}, 'CORRUPT_IMAGE'],
    ['more pixels than allowed', () => photoLikePng(), { maxPixels: 9 }, 'IMAGE_TOO_LARGE'],
    // A small image may take less than the smallest limit.
    ['more time than allowed', () => photoLikePng(large), { timeoutMs: 1 }, 'CONVERSION_TIMEOUT'],
    ['more output than allowed', () => photoLikePng(), { maxOutputBytes: 9 }, 'OUTPUT_TOO_LARGE'],
  ] as const)('rejects %s with its code, and continues', async (_, make, changes, code) => {
    const limits = { ...defaultLimits, ...changes };
    const error = await converted(await make(), {}, limits).catch((reason: unknown) => reason);
    const library = await toGrayscale(await make(), {}, limits).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'ConversionError', code });
    expect(error).toMatchObject({ message: (library as Error).message });
    await expect(converted(photoLikePng())).resolves.toMatchObject({ width: 64 });
  });

  test('converts many images concurrently', async () => {
    const sizes = Array.from({ length: 24 }, (_, i) => ({ width: 20 + i, height: 10 }));
    const images = await Promise.all(sizes.map((size) => converted(photoLikePng(size))));
    expect(images.map(({ width, height }) => ({ width, height }))).toEqual(sizes);
  });

  test('does not change the bytes it is given', async () => {
    const bytes = readFileSync(new URL('rgb.heic', folder));
    const before = Buffer.from(bytes);
    await converted(bytes);
    expect(bytes.equals(before)).toBe(true);
  });

  test('opens an output for a thumbnail the same way as an image to convert', async () => {
    const { bytes } = await toGrayscale(await photoLikeJpeg({ width: 400, height: 300 }));
    const image = await converter.openThumbnail(bytes, { width: 100, limits: defaultLimits });
    expect(image.header).toMatchObject({ format: 'png', width: 400, height: 300 });
    expect(image.memoryBytes).toBeGreaterThan(400 * 300);
    const thumbnail = await image.convert();
    expect(thumbnail.contentType).toBe('image/webp');
    expect(await inspectImage(thumbnail.bytes)).toMatchObject({ width: 100, height: 75 });
    image.close();
    await expect(image.convert()).rejects.toThrow('Expected an open image but it was closed');
    const rejected = converter.openThumbnail(readFileSync(new URL('rgb.heic', folder)), {
      width: 100,
      limits: defaultLimits,
    });
    await expect(rejected).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' });
  });

  test('does not convert an image after it is closed', async () => {
    const options = { recipe: resolveRecipe(), limits: defaultLimits };
    const image = await converter.open(photoLikePng(), options);
    image.close();
    await expect(image.convert()).rejects.toThrow('Expected an open image but it was closed');
    await expect(converted(photoLikePng())).resolves.toMatchObject({ width: 64 });
  });

  test('does nothing when its signal is already aborted', async () => {
    const options = { recipe: resolveRecipe(), limits: defaultLimits };
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(converter.open(photoLikePng(), { ...options, signal })).rejects.toThrow('enough');
  });
});
