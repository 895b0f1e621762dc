import { describe, expect, test } from 'vitest';
import { be16 } from '../../../testing/byte-parts.ts';
import { buildHeif, codedImage, property } from '../../../testing/heif.ts';
import { buildPng } from '../../../testing/png.ts';
import { fixture } from '../decode/wasm-fixtures.ts';
import {
  apart,
  cicp,
  convert,
  file,
  patches,
  png,
  rawGrays,
  withoutColr,
} from './numbered-files.ts';

describe('files of red, gray 128 and white', () => {
  test.each([
    'pq.png',
    'pq.avif',
    'display-p3.png',
    'display-p3.avif',
    'linear.png',
    'linear.jxl',
    '1000-nits.jxl',
    'gamma-1000-nits.jxl',
  ])('%s', async (name) => {
    expect(apart(await patches(file(name), 3), [76, 128, 255])).toBeLessThanOrEqual(1);
    expect((await convert(file(name))).losses.filter((loss) => loss !== 'depth')).toEqual([]);
  });

  test('are as stored with raw colours and for Pillow', async () => {
    for (const recipe of [{ colour: 'raw' }, { compat: 'pillow' }] as const) {
      expect(await patches(file('display-p3.png'), 3, recipe)).toEqual([104, 128, 255]);
      expect(await patches(file('linear.png'), 3, recipe)).toEqual([76, 55, 255]);
    }
  });

  test('in an AVIF that gives them only in its AV1 data', async () => {
    for (const name of ['pq.avif', 'display-p3.avif']) {
      expect(apart(await patches(withoutColr(file(name)), 3), [76, 128, 255])).toBeLessThanOrEqual(
        1,
      );
    }
  });
});

test('colours from a matrix that the decoder does not know are named as a loss', async () => {
  const constantLuminance = 10;
  const bytes = Buffer.from(file('display-p3.avif'));
  bytes.writeUInt16BE(constantLuminance, bytes.indexOf('nclx') + 8);
  expect((await convert(bytes)).losses).toEqual(['colour']);
});

/**
 * Rec. 601 gray of `colours`, computed with NumPy from the formulas of ITU-T H.273 and ITU-R
 * BT.2100 with a Bradford adaptation to D65. Except for the transfers 1, 7, 14, 15 and 18, FFmpeg
 * 7.0.2 (zscale) has the same numbers within 0.1: for 1, 7, 14 and 15 it uses the curve of a display
 * (BT.1886), and for 18 an approximation by channel.
 */
const numbered: [primaries: number, transfer: number, grays: number[]][] = [
  [1, 1, [0, 79, 140, 255, 111, 103, 68]],
  [1, 4, [0, 62, 129, 255, 96, 88, 48]],
  [1, 5, [0, 40, 106, 255, 79, 67, 29]],
  [1, 7, [0, 81, 141, 255, 112, 105, 70]],
  [1, 8, [0, 137, 188, 255, 157, 155, 121]],
  [1, 9, [0, 50, 89, 255, 81, 66, 46]],
  [1, 10, [0, 31, 67, 255, 63, 46, 27]],
  [4, 4, [0, 62, 129, 255, 97, 76, 47]],
  [5, 5, [0, 40, 106, 255, 80, 62, 28]],
  [6, 6, [0, 79, 140, 255, 112, 104, 69]],
  [7, 7, [0, 81, 141, 255, 114, 106, 71]],
  [8, 13, [0, 64, 128, 255, 90, 78, 47]],
  [11, 13, [0, 64, 128, 255, 88, 78, 51]],
  [12, 13, [0, 64, 128, 255, 90, 78, 51]],
  [12, 8, [0, 137, 188, 255, 157, 148, 120]],
  [9, 14, [0, 79, 140, 255, 86, 89, 55]],
  [9, 15, [0, 79, 140, 255, 86, 89, 55]],
  [22, 13, [0, 64, 128, 255, 102, 87, 54]],
  [9, 16, [0, 45, 181, 255, 76, 97, 33]],
  [12, 16, [0, 45, 181, 255, 76, 94, 36]],
  [9, 18, [0, 62, 137, 255, 76, 83, 41]],
  [1, 18, [0, 62, 137, 255, 116, 93, 47]],
];

describe('code points', () => {
  test.each(numbered)('primaries %d with transfer %d', async (primaries, transfer, grays) => {
    const { pixels, losses } = await convert(png([cicp(primaries, transfer)]));
    expect(apart([...pixels], grays)).toBeLessThanOrEqual(1);
    expect(losses).toEqual(transfer === 16 || transfer === 18 ? ['highlights'] : []);
  });

  test.each([
    ['sRGB', cicp(1, 13)],
    ['nothing', cicp(2, 2)],
  ])('that mean %s change nothing', async (_, chunk) => {
    const { pixels, losses } = await convert(png([chunk]));
    expect([...pixels]).toEqual(rawGrays);
    expect(losses).toEqual([]);
  });

  test.each([
    ['a reserved transfer', cicp(1, 3)],
    ['reserved primaries', cicp(200, 13)],
  ])('with %s are named as a loss', async (_, chunk) => {
    const { pixels, losses } = await convert(png([chunk]));
    expect([...pixels]).toEqual(rawGrays);
    expect(losses).toEqual(['colour']);
    expect((await convert(png([chunk]), { colour: 'raw' })).losses).toEqual([]);
  });

  test('of limited range are expanded, at 16 bits too', async () => {
    const [limited, gray] = [
      [16, 71, 126, 181, 235],
      [0, 64, 128, 192, 255],
    ];
    const { pixels } = await convert(png([cicp(1, 13, false)], limited, 'gray'));
    expect([...pixels]).toEqual(gray);
    const rows = be16(...limited.map((value) => value * 256));
    const size = { width: 5, height: 1, colourType: 'gray', depth: 16 } as const;
    const deep = await convert(buildPng({ ...size, rows, chunks: [cicp(1, 13, false)] }));
    expect([...deep.pixels]).toEqual(gray);
  });

  test('apply to gray and leave alpha alone', async () => {
    const { pixels } = await convert(png([cicp(9, 16)], [0, 64, 128, 148], 'gray'));
    expect([...pixels]).toEqual([0, 45, 181, 255]);
    const rows = Uint8Array.of(128, 128, 128, 7, 0, 0, 0, 200);
    const rgba = buildPng({ width: 2, height: 1, colourType: 'rgba', rows, chunks: [cicp(12, 8)] });
    expect([...(await convert(rgba)).pixels]).toEqual([188, 7, 0, 200]);
  });
});

describe('highlights', () => {
  // PQ: 148 is 202 cd/m², 149 is 210, 192 is 1,000. HLG: 192 is 207 cd/m², 204 is 297.
  test.each([
    [16, 148, []],
    [16, 149, []],
    [16, 150, ['highlights']],
    [18, 192, []],
    [18, 204, ['highlights']],
  ])('of transfer %d at %d', async (transfer, value, losses) => {
    for (const [samples, type] of [
      [[value], 'gray'],
      [[value, value, value], 'rgb'],
    ] as const) {
      const outcome = await convert(png([cicp(9, transfer)], [...samples], type));
      expect([...outcome.pixels]).toEqual([255]);
      expect(outcome.losses).toEqual(losses);
    }
  });

  test('of a JPEG XL in XYB', async () => {
    const { losses } = await convert(file('pq-1000-nits.jxl'));
    expect(losses).toEqual(['depth', 'highlights']);
    // djxl 0.11.2 gives PQ, from which NumPy computes these.
    expect(apart(await patches(file('pq-1000-nits.jxl'), 3), [79, 255, 255])).toBeLessThanOrEqual(
      1,
    );
  });
});

describe('HEIC', () => {
  const { hvcC, data } = codedImage(fixture('tile-rgb.heic'));
  const heic = (...numbers: Parameters<typeof property.colours>) =>
    buildHeif({
      items: [
        {
          type: 'hvc1',
          data,
          properties: [hvcC, property.size(80, 64), property.colours(...numbers)],
        },
      ],
    });

  test('PQ has the pixels of a PNG with the same samples', async () => {
    const methods = ['red', 'green', 'blue'] as const;
    const planes = await Promise.all(
      methods.map(async (method) => (await convert(heic(1, 13), { method })).pixels),
    );
    const rows = Uint8Array.from(
      { length: 80 * 64 * 3 },
      (_, i) => planes[i % 3]?.[Math.floor(i / 3)] ?? 0,
    );
    const same = buildPng({
      width: 80,
      height: 64,
      colourType: 'rgb',
      rows,
      chunks: [cicp(9, 16)],
    });
    const [fromHeic, fromPng] = [await convert(heic(9, 16)), await convert(same)];
    expect([...fromHeic.pixels]).toEqual([...fromPng.pixels]);
    expect(fromHeic.losses).toEqual(['highlights']);
  });
});
