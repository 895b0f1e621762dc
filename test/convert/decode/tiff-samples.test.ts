import { describe, expect, test } from 'vitest';
import { toGrayscale } from '../../../src/convert/index.ts';
import { stripTiff } from '../../../testing/tiff.ts';
import { grayOf, oracleGray, rejectionOf } from '../gray/gray-of.ts';
import { fixture } from './wasm-fixtures.ts';

describe('extra samples of a TIFF', () => {
  const rgb = [200, 100, 50];
  const gray = oracleGray(200, 100, 50);
  const [unknown, alpha] = [0, 2];

  test.each<[string, number, number[], number[], number[]]>([
    ['RGB and infrared', 2, [...rgb, 9], [unknown], [gray]],
    ['RGB and two others', 2, [...rgb, 9, 8], [unknown, unknown], [gray]],
    ['RGB and four others', 2, [...rgb, 9, 8, 7, 6], [unknown, unknown, unknown, unknown], [gray]],
    ['RGB and alpha', 2, [...rgb, 90], [alpha], [gray, 90]],
    ['RGB, infrared and alpha', 2, [...rgb, 9, 90], [unknown, alpha], [gray, 90]],
    ['RGB, alpha and infrared', 2, [...rgb, 90, 9], [alpha, unknown], [gray, 90]],
    ['gray and infrared', 1, [70, 9], [unknown], [70]],
    ['gray and three others', 1, [70, 9, 8, 7], [unknown, unknown, unknown], [70]],
    ['gray and alpha', 1, [70, 90], [alpha], [70, 90]],
    ['gray, another and alpha', 1, [70, 9, 90], [unknown, alpha], [70, 90]],
  ])('%s', async (_, photometric, samples, extraSamples, expected) => {
    for (const bits of [8, 16] as const) {
      const wide = samples.map((sample) => (bits === 16 ? sample * 257 : sample));
      // The second pixel shows that the samples of one do not move into the next.
      const pixels = [...wide, ...wide.map((sample) => Math.floor(sample / 2))];
      const bytes = stripTiff({
        width: 2,
        height: 1,
        photometric,
        bits,
        samples: pixels,
        extraSamples,
      });
      const { png, losses, source } = await grayOf(bytes);
      expect([...png.pixels].slice(0, expected.length)).toEqual(expected);
      expect(png.pixels).toHaveLength(2 * expected.length);
      expect(losses).toEqual(bits === 16 ? ['depth'] : []);
      expect(source.hasAlpha).toBe(extraSamples.some((kind) => kind !== unknown));
    }
  });

  test('CMYK and a spot colour have no alpha', async () => {
    const inks = { width: 1, height: 1, photometric: 5, bits: 8 } as const;
    const plain = stripTiff({ ...inks, samples: [10, 200, 30, 40] });
    for (const colour of ['managed', 'raw'] as const) {
      const expected = await toGrayscale(plain, { colour });
      for (const extra of [[9], [9, 8]]) {
        const bytes = stripTiff({
          ...inks,
          samples: [10, 200, 30, 40, ...extra],
          extraSamples: extra.map(() => 0),
        });
        expect(await toGrayscale(bytes, { colour })).toMatchObject({
          bytes: expected.bytes,
          losses: expected.losses,
        });
      }
    }
  });

  test('are not flattened where the output has no alpha', async () => {
    const { losses } = await toGrayscale(fixture('rgb-nir.tif'), { format: 'jpeg', quality: 100 });
    expect(losses).toEqual([]);
    const { png } = await grayOf(fixture('rgb-nir.tif'));
    expect([...new Set(png.pixels)]).toEqual([104]);
  });
});

describe('CIELAB of 8 bits', () => {
  test('is read as Photoshop writes it', async () => {
    const bytes = fixture('cielab.tif');
    const { png, losses, source } = await grayOf(bytes);
    expect([0, 4, 8, 12, 16].map((x) => png.pixels[x])).toEqual([0, 60, 119, 185, 255]);
    expect({ losses, depth: source.depth }).toEqual({ losses: [], depth: 8 });
    expect(bytes.equals(fixture('cielab.tif'))).toBe(true);
  });

  /** sRGB by littleCMS 2.17 (Pillow 12.3): Lab at 5003 K to sRGB, relative colorimetric. */
  const colours: [lab: [number, number, number], rgb: [number, number, number]][] = [
    [
      [128, 40, 30],
      [188, 88, 71],
    ],
    [
      [180, -50, 40],
      [77, 195, 94],
    ],
    [
      [220, -10, 80],
      [228, 220, 34],
    ],
    [
      [60, 5, 5],
      [65, 53, 49],
    ],
    [
      [200, -20, -20],
      [128, 206, 230],
    ],
  ];
  const [cielab, iccLab] = [8, 9];

  test.each([
    ['signed', cielab, 0],
    ['with an offset', iccLab, 128],
  ])('%s a* and b*', async (_, photometric, offset) => {
    const samples = colours.flatMap(([[l, a, b]]) => [l, (a + offset) & 255, (b + offset) & 255]);
    const bytes = stripTiff({ width: colours.length, height: 1, photometric, bits: 8, samples });
    const { png } = await grayOf(bytes);
    colours.forEach(([, rgb], i) => {
      expect(Math.abs((png.pixels[i] as number) - oracleGray(...rgb))).toBeLessThanOrEqual(1);
    });
  });

  test('with alpha', async () => {
    const bytes = stripTiff({
      ...{ width: 1, height: 1, photometric: cielab, bits: 8 },
      samples: [255, 0, 0, 90],
      extraSamples: [2],
    });
    const { png } = await grayOf(bytes);
    expect([...png.pixels]).toEqual([255, 90]);
  });

  test('truncated', async () => {
    const bytes = fixture('cielab.tif');
    expect(await rejectionOf(bytes.subarray(0, 200))).toMatchObject({ code: 'CORRUPT_IMAGE' });
  });
});
