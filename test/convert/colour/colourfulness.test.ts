import fc from 'fast-check';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { measureColourfulness } from '../../../src/convert/colour/colourfulness.ts';
import { mulberry32 } from '../../../src/convert/gray/mulberry32.ts';
import { type RecipeOptions, toGrayscale } from '../../../src/convert/index.ts';
import { deepPng, grayPng, photoLikeJpeg, rgbaPng, rgbPng } from '../../../testing/images.ts';

async function colourfulnessOf(bytes: Uint8Array, recipe: RecipeOptions = {}) {
  return (await toGrayscale(bytes, recipe)).colourfulness;
}

const pixel = (...rows: number[]) => rgbPng({ width: 1, height: 1, rows: Uint8Array.from(rows) });

test.each<[string, Uint8Array, max: number]>([
  ['gray', grayPng({ width: 1, height: 1, rows: Uint8Array.of(90) }), 0],
  ['gray as RGB', pixel(90, 90, 90), 0],
  ['a colour', pixel(10, 200, 90), 190],
  ['16 bits', deepPng({ width: 1, height: 1, samples: [257 * 10, 257 * 200 + 100, 0] }), 200],
  ['alpha', rgbaPng({ width: 1, height: 1, rows: Uint8Array.of(10, 60, 90, 1) }), 80],
  ['a transparent colour', rgbaPng({ width: 1, height: 1, rows: Uint8Array.of(9, 0, 90, 0) }), 0],
])('the chroma of %s is the largest difference of its channels', async (_, bytes, max) => {
  expect(await colourfulnessOf(bytes)).toEqual({ max, p99: max, isNeutral: max === 0 });
});

test('p99 is the smallest chroma that 99 % of the pixels do not exceed', () => {
  const chroma = fc.oneof(fc.constantFrom(0, 1, 255), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(fc.array(chroma, { minLength: 1, maxLength: 300 }), (chromas) => {
      const pixels = Uint8Array.from(chromas.flatMap((c) => [0, c, Math.floor(c / 2)]));
      const image = { pixels, width: chromas.length, height: 1, channels: 3 } as const;
      const sorted = chromas.toSorted((a, b) => a - b);
      const p99 = sorted[Math.ceil(sorted.length * 0.99) - 1];
      expect(measureColourfulness(image)).toMatchObject({ max: sorted.at(-1), p99 });
    }),
  );
});

test('in a large image, a coloured spot of 8 x 8 pixels is found wherever it is', () => {
  const [width, height] = [301, 223];
  fc.assert(
    fc.property(fc.nat(width - 8), fc.nat(height - 8), (left, top) => {
      const pixels = new Uint8Array(width * height * 3).fill(200);
      for (let y = top; y < top + 8; y++) {
        for (let x = left; x < left + 8; x++) pixels[(y * width + x) * 3] = 0;
      }
      const found = measureColourfulness({ pixels, width, height, channels: 3 });
      expect(found).toEqual({ max: 200, p99: 0, isNeutral: false });
    }),
  );
});

/** Gray with normally distributed noise in each channel, like that of a scanner. */
function noisyGray(deviation: number) {
  const [width, height] = [160, 120];
  const random = mulberry32(7);
  const noise = () => Array.from({ length: 12 }, random).reduce((sum, r) => sum + r, -6);
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const gray = 128 + 100 * Math.sin(Math.floor(i / 3) / 60);
    return Math.round(gray + deviation * noise());
  });
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

test.each([10, 50, 75, 90, 98])('noisy gray as an RGB JPEG of quality %d is neutral', async (q) => {
  for (const chromaSubsampling of ['4:2:0', '4:4:4']) {
    const bytes = await noisyGray(2).jpeg({ quality: q, chromaSubsampling }).toBuffer();
    expect(await colourfulnessOf(bytes)).toMatchObject({ isNeutral: true });
  }
});

test('so is noisy gray as WebP', async () => {
  const bytes = await noisyGray(2).webp({ quality: 80 }).toBuffer();
  expect(await colourfulnessOf(bytes)).toMatchObject({ isNeutral: true });
});

test('a photo and a sepia print are not neutral in any format', async () => {
  const sepia = await noisyGray(0)
    .recomb([
      [1.07, 0, 0],
      [0, 0.95, 0],
      [0, 0, 0.75],
    ])
    .jpeg({ quality: 75 })
    .toBuffer();
  for (const recipe of [{}, { format: 'jpeg' }, { method: 'luminance', depth: 1 }] as const) {
    expect(await colourfulnessOf(sepia, recipe)).toMatchObject({ isNeutral: false });
    expect(await colourfulnessOf(await photoLikeJpeg(), recipe)).toMatchObject({
      isNeutral: false,
    });
  }
});
