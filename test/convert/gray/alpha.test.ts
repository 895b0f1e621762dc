import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type RecipeOptions, toGrayscale } from '../../../src/convert/index.ts';
import { joined } from '../../../testing/byte-parts.ts';
import { grayAlphaPng, grayPng, palettePng, rgbaPng, rgbPng } from '../../../testing/images.ts';
import { buildPng, parsePng } from '../../../testing/png.ts';
import { grayOf, oracleGray, oraclePixels } from './gray-of.ts';

const samples = fc.uint8Array({ minLength: 4, maxLength: 400 });

describe('transparency', () => {
  test('of RGBA is kept, with the gray of the colours under it', async () => {
    await fc.assert(
      fc.asyncProperty(samples, async (noise) => {
        const rows = noise.subarray(0, noise.length & ~3);
        rows[3] = 254;
        const { png, losses } = await grayOf(rgbaPng({ width: rows.length / 4, height: 1, rows }));
        expect(png.colourType).toBe('grayAlpha');
        expect([...png.pixels.filter((_, i) => i % 2 === 0)]).toEqual(oraclePixels(rows, 4));
        expect(png.pixels.filter((_, i) => i % 2 === 1)).toEqual(
          rows.filter((_, i) => i % 4 === 3),
        );
        expect(losses).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  test('of gray is kept', async () => {
    const rows = Uint8Array.of(10, 255, 20, 0, 30, 128, 40, 1);
    const { png } = await grayOf(grayAlphaPng({ width: 2, height: 2, rows }));
    expect(png).toMatchObject({ colourType: 'grayAlpha', pixels: rows });
  });

  test('of palette colours is kept', async () => {
    const palette = [
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
    ];
    const image = { width: 3, height: 1, rows: Uint8Array.of(0, 1, 2), palette };
    const { png } = await grayOf(palettePng({ ...image, alphas: [0, 128] }));
    expect([...png.pixels]).toEqual([76, 0, 150, 128, 29, 255]);
  });

  test.each([
    ['gray', 'gray', [10, 20, 30], [0, 20], [10, 255, 20, 0, 30, 255]],
    ['RGB', 'rgb', [9, 9, 9, 255, 0, 0, 0, 0, 255], [0, 255, 0, 0, 0, 0], [9, 255, 76, 0, 29, 255]],
  ] as const)(
    'of one colour of %s is kept (tRNS)',
    async (_, colourType, pixels, key, expected) => {
      const chunks: [string, Uint8Array][] = [['tRNS', Uint8Array.from(key)]];
      const rows = Uint8Array.from(pixels);
      const { png } = await grayOf(buildPng({ width: 3, height: 1, colourType, rows, chunks }));
      expect([...png.pixels]).toEqual(expected);
    },
  );

  test.each([
    ['GIF', 'gif'],
    ['WebP', 'webp'],
    ['AVIF', 'avif'],
    ['TIFF', 'tiff'],
  ] as const)('of %s is kept', async (_, format) => {
    const rows = Uint8Array.from({ length: 16 * 16 * 4 }, (_, i) =>
      i % 4 < 3 ? 200 : i < 512 ? 0 : 255,
    );
    const image = sharp(rows, { raw: { width: 16, height: 16, channels: 4 } });
    const options = format === 'tiff' ? { compression: 'lzw' as const } : { lossless: true };
    const { png } = await grayOf(await image.toFormat(format, options).toBuffer());
    expect(png.colourType).toBe('grayAlpha');
    expect(png.pixels.filter((_, i) => i % 2 === 1)).toEqual(rows.filter((_, i) => i % 4 === 3));
  });
});

describe('an alpha channel that is fully opaque', () => {
  test('is dropped, and the gray is that of the colours', async () => {
    await fc.assert(
      fc.asyncProperty(samples, async (noise) => {
        const rows = noise.subarray(0, noise.length & ~3).map((n, i) => (i % 4 === 3 ? 255 : n));
        const { png, source } = await grayOf(rgbaPng({ width: 1, height: rows.length / 4, rows }));
        expect([...png.pixels]).toEqual(oraclePixels(rows, 4));
        expect({ png: png.colourType, source: source.hasAlpha }).toEqual({
          png: 'gray',
          source: true,
        });
      }),
      { numRuns: 40 },
    );
  });

  test('of a gray image is dropped too', async () => {
    const rows = Uint8Array.of(10, 255, 20, 255);
    const { png } = await grayOf(grayAlphaPng({ width: 2, height: 1, rows }));
    expect(png).toMatchObject({ colourType: 'gray', pixels: Uint8Array.of(10, 20) });
  });
});

describe('a JPEG, which has no transparency,', () => {
  // 76 is the gray of red. Flattened before the conversion to gray, each colour is rounded on its own.
  test.each([0, 1, 100, 128, 254])(
    'is flattened on white in proportion to alpha %d, and reports the loss',
    async (alpha) => {
      const rows = Uint8Array.from(
        { length: 32 * 32 * 4 },
        (_, i) => [255, 0, 0, alpha][i % 4] ?? 0,
      );
      const faded = Math.round(255 - alpha);
      const gray = oracleGray(255, faded, faded);
      const image = await toGrayscale(rgbaPng({ width: 32, height: 32, rows }), {
        format: 'jpeg',
      });
      expect(image).toMatchObject({ channels: 1, losses: ['alpha'] });
      const { channels } = await sharp(image.bytes).stats();
      expect(channels.map(({ min, max }) => [min, max])).toEqual([[gray, gray]]);
    },
  );

  test.each([
    ['opaque alpha', rgbaPng({ width: 1, height: 1, rows: Uint8Array.of(1, 2, 3, 255) })],
    ['RGB', rgbPng({ width: 1, height: 1, rows: Uint8Array.of(1, 2, 3) })],
    ['gray', grayPng({ width: 1, height: 1, rows: Uint8Array.of(1) })],
  ])('loses nothing of %s', async (_, bytes) => {
    expect((await toGrayscale(bytes, { format: 'jpeg' })).losses).toEqual([]);
  });
});

describe('alpha', () => {
  const colours = Uint8Array.from({ length: 64 * 3 }, (_, i) => (i * 53) & 255);
  const alphas = Uint8Array.from({ length: 64 }, (_, i) => i * 4);
  const rows = Uint8Array.from({ length: 256 }, (_, i) =>
    i % 4 === 3 ? (alphas[i >> 2] ?? 0) : (colours[(i >> 2) * 3 + (i % 4)] ?? 0),
  );
  const bytes = rgbaPng({ width: 64, height: 1, rows });
  const opaque = rgbPng({ width: 64, height: 1, rows: colours });
  const pixelsOf = async (png: Uint8Array, recipe: RecipeOptions) => [
    ...parsePng((await toGrayscale(png, recipe)).bytes).pixels,
  ];
  const on = (background: readonly number[]) =>
    colours.map((value, i) => {
      const alpha = alphas[Math.floor(i / 3)] ?? 0;
      return Math.round((value * alpha + (background[i % 3] ?? 0) * (255 - alpha)) / 255);
    });

  test.each([['rec601'], ['luminance'], ['value']] as const)(
    'flattened gives the gray of the flattened image (%s)',
    async (method) => {
      for (const [background, colour] of [
        ['#ffffff', [255, 255, 255]],
        ['#000', [0, 0, 0]],
        ['#102Af0', [16, 42, 240]],
      ] as const) {
        const flat = rgbPng({ width: 64, height: 1, rows: on(colour) });
        const recipe = { method, alpha: 'flatten', background } as const;
        expect(await pixelsOf(bytes, recipe)).toEqual(await pixelsOf(flat, { method }));
      }
    },
  );

  test('dropped gives the gray of the colours under it', async () => {
    expect(await pixelsOf(bytes, { alpha: 'drop' })).toEqual(await pixelsOf(opaque, {}));
  });

  test.each<[RecipeOptions, losses: string[]]>([
    [{}, []],
    [{ alpha: 'drop' }, ['alpha']],
    [{ alpha: 'flatten' }, ['alpha']],
    [{ format: 'jpeg' }, ['alpha']],
    [{ format: 'gif' }, ['alpha']],
    [{ format: 'tiff' }, []],
    [{ format: 'avif', effort: 0 }, []],
    [{ format: 'webp' }, []],
  ])('of %j is lost: %j', async (recipe, losses) => {
    expect((await toGrayscale(bytes, recipe)).losses).toEqual(losses);
    expect((await toGrayscale(opaque, recipe)).losses).toEqual([]);
  });

  describe.each([
    ['gray', (rows: Uint8Array) => grayAlphaPng({ width: 2, height: 1, rows })],
    // Decoded to gray and alpha; a PNG of gray and alpha is decoded to colours and alpha.
    ['gray of a format that is decoded by itself', grayAlphaPam],
  ])('of %s', (_, make) => {
    const gray = make(Uint8Array.of(100, 0, 100, 255));

    test('is flattened on a background in colour', async () => {
      const recipe = { alpha: 'flatten', background: '#f00' } as const;
      expect(await pixelsOf(gray, recipe)).toEqual([76, 100]);
    });

    test.each([{ alpha: 'drop' }, { compat: 'pillow' }] as const)(
      'is dropped by %j',
      async (recipe) => {
        expect(await pixelsOf(gray, recipe)).toEqual([100, 100]);
      },
    );

    test('is flattened on white in a JPEG', async () => {
      const image = await toGrayscale(gray, { format: 'jpeg', quality: 100 });
      expect(image).toMatchObject({ channels: 1, losses: ['alpha'] });
      expect([...(await sharp(image.bytes).raw().toBuffer())][0]).toBeGreaterThan(250);
    });
  });
});

function grayAlphaPam(rows: Uint8Array): Buffer {
  const lines = [
    'P7',
    'WIDTH 2',
    'HEIGHT 1',
    'DEPTH 2',
    'MAXVAL 255',
    'TUPLTYPE GRAYSCALE_ALPHA',
    'ENDHDR',
  ];
  return joined(`${lines.join('\n')}\n`, rows);
}
