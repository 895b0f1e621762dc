import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type RecipeOptions, toGrayscale } from '../../../src/convert/index.ts';
import { deepPng, grayPng, photoLikeJpeg, rgbaPng, rgbPng } from '../../../testing/images.ts';
import { joinTiffs, shortTags, stripTiff } from '../../../testing/tiff.ts';
import { rejectionOf } from '../gray/gray-of.ts';

const depths = [1, 2, 4] as const;
const formats = ['png', 'tiff'] as const;

/** libpng and libtiff read the samples back. */
async function samplesOf(bytes: Uint8Array, page = 0): Promise<number[]> {
  return [...(await sharp(bytes, { page }).toColourspace('b-w').raw().toBuffer())];
}

/** The nearest of the evenly spaced grays, found by comparing all of them. */
function nearest(value: number, depth: number, max: number): number {
  const count = 2 ** depth;
  const grays = Array.from({ length: count }, (_, i) => (i * max) / (count - 1));
  return grays.reduce((a, b) => (Math.abs(b - value) < Math.abs(a - value) ? b : a));
}

/** Floyd and Steinberg's method with one integer for each pixel: docs/semantics.md. */
function dithered(samples: number[], { width, depth, max }: Record<string, number>): number[] {
  const sixteenths = samples.map(() => 0);
  const spread = (x: number, y: number, amount: number) => {
    const at = y * (width ?? 0) + x;
    if (x >= 0 && x < (width ?? 0) && at < samples.length) {
      sixteenths[at] = (sixteenths[at] ?? 0) + amount;
    }
  };
  return samples.map((sample, i) => {
    const [x, y] = [i % (width ?? 1), Math.floor(i / (width ?? 1))];
    const value = sample + Math.floor((sixteenths[i] ?? 0) / 16 + 0.5);
    const gray = nearest(value, depth ?? 8, max ?? 255);
    const error = value - gray;
    spread(x + 1, y, 7 * error);
    spread(x - 1, y + 1, 3 * error);
    spread(x, y + 1, 5 * error);
    spread(x + 1, y + 1, error);
    return (gray * 255) / (max ?? 255);
  });
}

describe.each(formats)('%s', (format) => {
  test.each(depths)('at %d bits has the nearest gray of all 256 values', async (depth) => {
    const values = Array.from({ length: 256 }, (_, value) => value);
    const source = grayPng({ width: 16, height: 16, rows: Uint8Array.from(values) });
    const image = await toGrayscale(source, { format, depth });
    expect(image).toMatchObject({ depth, channels: 1, losses: ['depth'] });
    expect(await samplesOf(image.bytes)).toEqual(values.map((v) => nearest(v, depth, 255)));
  });

  test('rounds 16 bits once', async () => {
    const values = Array.from({ length: 4_096 }, (_, i) => i * 16 + (i % 16));
    const samples = values.flatMap((v) => [v, v, v]);
    const source = deepPng({ width: 64, height: 64, samples });
    for (const depth of depths) {
      const expected = values.map((v) => nearest(v, depth, 65_535) / 257);
      const { bytes } = await toGrayscale(source, { format, depth });
      expect(await samplesOf(bytes)).toEqual(expected);
    }
  });

  test('is dithered from left to right, at any size and depth', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 35 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(...depths),
        fc.boolean(),
        fc.infiniteStream(fc.integer({ min: 0, max: 65_535 })),
        async (width, height, depth, isDeep, stream) => {
          const max = isDeep ? 65_535 : 255;
          const samples = [...stream.take(width * height)].map((v) => v & max);
          const source = isDeep
            ? deepPng({ width, height, samples: samples.flatMap((v) => [v, v, v]) })
            : grayPng({ width, height, rows: Uint8Array.from(samples) });
          const recipe = { format, depth, dither: 'floyd-steinberg' } as const;
          const { bytes } = await toGrayscale(source, recipe);
          expect(await samplesOf(bytes)).toEqual(dithered(samples, { width, depth, max }));
        },
      ),
      { numRuns: 40 },
    );
  });
});

test.each(depths)('a PNG of %d bits has the colour type gray', async (depth) => {
  for (const compressionLevel of [0, 4, 9]) {
    const { bytes } = await toGrayscale(await photoLikeJpeg(), { depth, compressionLevel });
    const [bits, colourType] = [bytes[24], bytes[25]];
    expect({ bits, colourType }).toEqual({ bits: depth, colourType: 0 });
  }
});

test('every compression level has the same pixels, at any width', async () => {
  for (const width of [1, 7, 8, 33, 140_000]) {
    const rows = Uint8Array.from({ length: width * 2 }, (_, i) => i * 37);
    const of = async (compressionLevel: number) =>
      samplesOf(
        (await toGrayscale(grayPng({ width, height: 2, rows }), { depth: 4, compressionLevel }))
          .bytes,
      );
    expect(await of(0)).toEqual(await of(4));
  }
});

const [bitsTag, compressionTag, zeroTag] = [258, 259, 262];
const [groupFour, deflate] = [4, 8];

test.each([
  [1, groupFour, 'white'],
  [2, deflate, 'black'],
  [4, deflate, 'black'],
] as const)('a TIFF of %d bits has the compression %d, and 0 is %s', async (depth, how, zero) => {
  const { bytes } = await toGrayscale(await photoLikeJpeg(), { format: 'tiff', depth });
  const tags = shortTags(bytes);
  expect([bitsTag, compressionTag, zeroTag].map((tag) => tags.get(tag))).toEqual([
    ...[depth, how],
    zero === 'white' ? 0 : 1,
  ]);
});

test('no error is spread from one page to the next', async () => {
  const page = { width: 5, height: 3, photometric: 1, bits: 8 } as const;
  const samples = Array.from({ length: 15 }, (_, i) => i * 16);
  const source = joinTiffs(stripTiff({ ...page, samples }), stripTiff({ ...page, samples }));
  const recipe = { format: 'tiff', depth: 4, dither: 'floyd-steinberg' } as const;
  const image = await toGrayscale(source, recipe);
  expect(image).toMatchObject({ width: 5, height: 3, frames: 2 });
  const expected = dithered(samples, { width: 5, depth: 4, max: 255 });
  expect(await samplesOf(image.bytes, 0)).toEqual(expected);
  expect(await samplesOf(image.bytes, 1)).toEqual(expected);
});

const clear = rgbaPng({ width: 2, height: 1, rows: Uint8Array.of(9, 9, 9, 255, 9, 9, 9, 128) });

test.each<[string, () => Uint8Array | Promise<Uint8Array>, RecipeOptions, message: string]>([
  ['transparency', () => clear, { depth: 1 }, 'Choose flatten for alpha (GRAY_ALPHA), or depth 8'],
  [
    'a source format of 8 bits',
    photoLikeJpeg,
    { format: 'source', depth: 2 },
    'Choose png or tiff',
  ],
])('%s is rejected with what to do', async (_, source, recipe, message) => {
  expect(await rejectionOf(await source(), recipe)).toMatchObject({
    code: 'UNSUPPORTED_DEPTH',
    message: expect.stringContaining(message),
  });
});

test('flattened or opaque alpha is accepted', async () => {
  const flat = await toGrayscale(clear, { depth: 1, alpha: 'flatten' });
  expect(await samplesOf(flat.bytes)).toEqual([0, 255]);
  const opaque = rgbaPng({ width: 1, height: 1, rows: Uint8Array.of(200, 200, 200, 255) });
  expect(await samplesOf((await toGrayscale(opaque, { depth: 1 })).bytes)).toEqual([255]);
});

test.each<[string, Uint8Array, depth: 1 | 4, losses: string[]]>([
  ['1 bit', grayPng({ width: 1, height: 1, depth: 1, rows: Uint8Array.of(128) }), 1, []],
  ['8 bits', grayPng({ width: 1, height: 1, rows: Uint8Array.of(128) }), 4, ['depth']],
  ['colours', rgbPng({ width: 1, height: 1, rows: Uint8Array.of(255, 0, 0) }), 4, ['depth']],
])('of %s at %3$d bits the losses are %4$j', async (_, source, depth, losses) => {
  expect((await toGrayscale(source, { depth })).losses).toEqual(losses);
});
