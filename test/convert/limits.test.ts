import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ConversionErrorCode,
  conversionErrorCodes,
  defaultLimits,
  type Limits,
  type OutputFormat,
  outputFormats,
  type RecipeOptions,
  toGrayscale,
} from '../../src/convert/index.ts';
import {
  animatedGif,
  animatedWebp,
  grayPng,
  hugePngHeader,
  multiPageTiff,
  orientedJpeg,
  photoLikeAvif,
  photoLikeJpeg,
  photoLikePng,
  pixelPng,
  rgbaPng,
  truncate,
} from '../../testing/images.ts';
import { inspectImage } from '../../testing/inspect-image.ts';

interface Rejection {
  bytes: () => Uint8Array | Promise<Uint8Array>;
  limits?: Partial<Limits>;
  recipe?: RecipeOptions;
  message: RegExp;
}

/** Every code that a conversion in this process can end with. */
const rejections: Record<Exclude<ConversionErrorCode, 'CONVERSION_CRASHED'>, Rejection[]> = {
  EMPTY_OBJECT: [{ bytes: () => new Uint8Array(), message: /received 0 bytes/ }],
  FILE_TOO_LARGE: [
    {
      bytes: () => Buffer.from('not even an image'),
      limits: { maxBytes: 16 },
      message: /at most 16 bytes but received 17\. Raise the limit maxBytes/,
    },
  ],
  UNSUPPORTED_FORMAT: [
    {
      bytes: () => Buffer.from('hello'),
      message: /JPEG, PNG, .* PNM, .* or TGA but the content looks like text/,
    },
  ],
  CORRUPT_IMAGE: [
    { bytes: async () => truncate(await photoLikeJpeg(), 0.5), message: /truncated/ },
  ],
  IMAGE_TOO_LARGE: [
    {
      bytes: () => hugePngHeader(60_000, 60_000),
      message: /at most 268435456 pixels but the image has 60000 x 60000 = 3600000000\. Raise/,
    },
    {
      bytes: () => photoLikePng({ width: 8, height: 8 }),
      limits: { maxPixels: 63 },
      message: /8 x 8 = 64/,
    },
    {
      bytes: () => grayPng({ width: 1, height: 16_384, rows: new Uint8Array(16_384) }),
      recipe: { format: 'webp' },
      message: /at most 16383 pixels per side, the maximum for WebP/,
    },
    {
      bytes: () => grayPng({ width: 65_501, height: 1, rows: new Uint8Array(65_501) }),
      recipe: { format: 'jpeg' },
      message: /at most 65500 .* Choose another output format/,
    },
  ],
  TOO_MANY_PAGES: [animatedGif, animatedWebp, multiPageTiff].map((make) => ({
    bytes: () => make({ frames: 3 }),
    limits: { maxPages: 2 },
    message: /at most 2 pages or frames but the file has 3\. Raise the limit maxPages/,
  })),
  CONVERSION_TIMEOUT: [
    {
      bytes: () => photoLikeJpeg({ width: 2_000, height: 1_500 }),
      limits: { timeoutMs: 1 },
      message: /at most 1 ms but it took longer\. Raise the limit timeoutMs/,
    },
  ],
  OUTPUT_TOO_LARGE: [
    {
      bytes: () => photoLikePng(),
      limits: { maxOutputBytes: 100 },
      message: /at most 100 bytes but it has \d+ or more\. Raise the limit maxOutputBytes/,
    },
    {
      bytes: () => animatedWebp({ frames: 3 }),
      limits: { maxOutputBytes: 1_000 },
      recipe: { format: 'gif' },
      message: /at most 1000 bytes but it has \d+ or more\. Raise the limit maxOutputBytes/,
    },
  ],
  NO_LOSSLESS_OUTPUT: [
    {
      bytes: () => photoLikePng(),
      recipe: { format: 'jpeg', lossless: true },
      message: /but received PNG\. Choose png/,
    },
  ],
  UNSUPPORTED_DEPTH: [
    {
      bytes: () => photoLikeJpeg(),
      recipe: { format: 'source', depth: 1 },
      message: /format source is JPEG here\. Choose png or tiff, or depth 8/,
    },
  ],
};

/** The codes that are known only once pixels are decoded. */
const afterTheHeader = ['CORRUPT_IMAGE', 'CONVERSION_TIMEOUT', 'OUTPUT_TOO_LARGE'];

const rows = Object.entries(rejections).flatMap(([code, cases]) =>
  cases.map((row) => ({ code, ...row })),
);

test.each(rows)('$code: $message', async ({ code, bytes, limits = {}, recipe = {}, message }) => {
  const rejection = {
    name: 'ConversionError',
    code,
    message: expect.stringMatching(message),
  };
  const content = await bytes();
  await expect(toGrayscale(content, recipe, limits)).rejects.toMatchObject(rejection);
});

test.each(rows.filter(({ code }) => !afterTheHeader.includes(code)))(
  '$code is known before a pixel is decoded: $message',
  async ({ code, bytes, limits = {}, recipe = {} }) => {
    await expect(inspectImage(await bytes(), limits, recipe)).rejects.toMatchObject({ code });
  },
);

test('each code has a one-line explanation', () => {
  const codes = [...Object.keys(rejections), 'CONVERSION_CRASHED'];
  expect(Object.keys(conversionErrorCodes)).toEqual(codes);
  for (const meaning of Object.values(conversionErrorCodes))
    expect(meaning).toMatch(/^[A-Z][^\n]+\.$/);
});

describe('limits', () => {
  test('may be exactly met', async () => {
    const bytes = await animatedWebp({ width: 8, height: 6, frames: 3 });
    const limits = { maxBytes: bytes.length, maxPixels: 48, maxPages: 3 };
    await expect(toGrayscale(bytes, {}, limits)).resolves.toMatchObject({ width: 8, height: 6 });
  });

  test.each([
    ['jpeg', 65_500],
    ['webp', 16_383],
    ['avif', 16_384],
    ['gif', 65_535],
  ] as const)('of sides may be exactly met: %s of %d', async (format, side) => {
    expect(outputFormats[format].maxSide).toBe(side);
    for (const size of [
      { width: side, height: 1 },
      { width: 1, height: side },
    ]) {
      const bytes = grayPng({ ...size, rows: new Uint8Array(side) });
      await expect(toGrayscale(bytes, { format, effort: 0 })).resolves.toMatchObject(size);
    }
  });

  test.each(Object.keys(outputFormats) as OutputFormat[])(
    'of output bytes hold to the byte: %s',
    async (format) => {
      const source = photoLikePng({ width: 16, height: 12 });
      const { bytes } = await toGrayscale(source, { format });
      const upTo = (maxOutputBytes: number) => toGrayscale(source, { format }, { maxOutputBytes });
      await expect(upTo(bytes.length)).resolves.toMatchObject({ bytes });
      await expect(upTo(bytes.length - 1)).rejects.toMatchObject({ code: 'OUTPUT_TOO_LARGE' });
    },
  );

  test('of pixels count one frame when only one is decoded', async () => {
    const bytes = await animatedGif({ width: 8, height: 6, frames: 3 });
    await expect(toGrayscale(bytes, {}, { maxPixels: 48 })).resolves.toMatchObject({ width: 8 });
  });

  test.each([
    [12_000, 9_000],
    [16_384, 12_288],
  ])('of pixels leave room for phones: %i x %i', async (width, height) => {
    const { memoryBytes } = await inspectImage(hugePngHeader(width, height));
    expect(memoryBytes).toBeGreaterThan(width * height * 4);
  });

  test('of pixels reject a small file that claims 10 gigapixels, and name the settings', async () => {
    const rejection = await inspectImage(hugePngHeader(100_000, 100_000)).catch((error) => error);
    expect(rejection.code).toBe('IMAGE_TOO_LARGE');
    for (const name of ['maxPixels', 'MAX_PIXELS', 'MEMORY_BUDGET_MB']) {
      expect(rejection.message).toContain(name);
    }
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'must not be %d',
    async (maxPixels) => {
      await expect(inspectImage(pixelPng(1, 2, 3), { maxPixels })).rejects.toThrow(
        new RangeError(
          `Expected a whole number of at least 1 for maxPixels but received ${maxPixels}`,
        ),
      );
    },
  );

  test('have defaults', () => {
    expect(defaultLimits).toEqual({
      maxBytes: 104_857_600,
      maxPixels: 2 ** 28,
      maxPages: 1_000,
      timeoutMs: 120_000,
      maxOutputBytes: 536_870_912,
    });
  });
});

describe('the header', () => {
  test('reports the stored image, before it is rotated', async () => {
    const bytes = await orientedJpeg(6, { width: 20, height: 10 });
    const { memoryBytes, ...source } = await inspectImage(bytes);
    expect(source).toEqual({
      format: 'jpeg',
      sizeBytes: bytes.length,
      width: 20,
      height: 10,
      channels: 3,
      depth: 8,
      pages: 1,
      hasAlpha: false,
      orientation: 6,
    });
    expect((await toGrayscale(bytes)).source).toEqual(source);
  });

  test.each([
    [
      '16-bit gray PNG',
      grayPng({ width: 1, height: 1, depth: 16, rows: new Uint8Array(2) }),
      1,
      16,
    ],
    ['1-bit gray PNG', grayPng({ width: 1, height: 1, depth: 1, rows: new Uint8Array(1) }), 1, 1],
    ['RGBA PNG', rgbaPng({ width: 1, height: 1, rows: new Uint8Array(4) }), 4, 8],
  ])('of a %s reports its channels and bits', async (_, bytes, channels, depth) => {
    expect(await inspectImage(bytes)).toMatchObject({ channels, depth });
  });
});

describe('the memory estimate', () => {
  const side = fc.integer({ min: 1, max: 400 });

  test('covers at least the decoded, gray and encoded pixels', async () => {
    await fc.assert(
      fc.asyncProperty(side, side, async (width, height) => {
        const bytes = hugePngHeader(width, height);
        const { memoryBytes } = await inspectImage(bytes);
        expect(memoryBytes).toBeGreaterThan(width * height * (3 + 1 + 1));
      }),
      { numRuns: 30 },
    );
  });

  test('is higher for a more expensive conversion', async () => {
    const size = { width: 1_000, height: 800 };
    const plain = await memoryOf(photoLikeJpeg(size));
    expect(await memoryOf(photoLikeJpeg({ ...size, progressive: true }))).toBeGreaterThan(plain);
    expect(await memoryOf(orientedJpeg(6, size))).toBeGreaterThan(plain);
    expect(await memoryOf(photoLikeAvif(size))).toBeGreaterThan(plain * 1.5);
    expect(await memoryOf(photoLikeJpeg(size), { format: 'webp' })).toBeGreaterThan(plain * 1.5);
    expect(await memoryOf(photoLikeJpeg(size), { format: 'avif' })).toBeGreaterThan(plain * 1.5);
    expect(await memoryOf(photoLikeJpeg(size), { depth: '16' })).toBeGreaterThan(plain);
  });

  async function memoryOf(bytes: Promise<Uint8Array>, recipe?: RecipeOptions): Promise<number> {
    return (await inspectImage(await bytes, {}, recipe)).memoryBytes;
  }
});
