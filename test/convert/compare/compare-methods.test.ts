import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { compareMethods, methods, type NamedMethod } from '../../../src/convert/index.ts';
import { orientedJpeg, photoLikePng, rgbaPng, rgbPng } from '../../../testing/images.ts';

type Rgb = readonly [number, number, number];

/** Both have a gray of 76 by Rec. 601. */
const red: Rgb = [255, 0, 0];
const green: Rgb = [0, 130, 0];

/** Vertical bars, ten pixels wide, one per colour. */
function bars(colours: Rgb[], { width = 80, height = 60 } = {}): Buffer {
  const rows = Array.from(
    { length: width * height },
    (_, i) => colours[Math.floor((i % width) / 10) % colours.length] ?? [],
  );
  return rgbPng({ width, height, rows: Uint8Array.from(rows.flat()) });
}

async function compare(bytes: Uint8Array) {
  const { comparisons, ...rest } = await compareMethods(bytes);
  const of = (method: NamedMethod) => comparisons.find((row) => row.method === method);
  return { ...rest, comparisons, of, losses: comparisons.map((row) => row.contrastLoss) };
}

describe('lost contrast', () => {
  test('is reported for each method, in the order of the source', async () => {
    const { comparisons } = await compare(photoLikePng());
    expect(comparisons.map(({ method }) => method)).toEqual(Object.keys(methods));
  });

  test('is total for rec601 on a red-on-green chart, and zero for decolor', async () => {
    const { of, recommended } = await compare(bars([green, red]));
    expect(of('rec601')).toEqual({ method: 'rec601', contrastLoss: 1, isFlagged: true });
    expect(of('decolor')).toEqual({ method: 'decolor', contrastLoss: 0, isFlagged: false });
    expect(of('red')?.contrastLoss).toBe(0);
    expect(of('blue')?.contrastLoss).toBe(1);
    expect(recommended).toBe('decolor');
  });

  test('is the share of differing pairs that are lost', async () => {
    // One row of three bars. Pairs at distance 1, 4 and 16: green and red 1, 4 and 4; red and white
    // the same; green and white 0, 0 and 6.
    const { of } = await compare(bars([green, red, [255, 255, 255]], { width: 30, height: 1 }));
    expect(of('rec601')?.contrastLoss).toBeCloseTo((1 + 4 + 4) / (2 + 8 + 14));
  });

  test.each<[string, Rgb[]]>([
    ['one colour', [red]],
    [
      'black and white',
      [
        [0, 0, 0],
        [255, 255, 255],
      ],
    ],
    [
      'colours that hardly differ',
      [
        [100, 100, 100],
        [104, 100, 100],
      ],
    ],
    [
      'grays',
      [
        [20, 20, 20],
        [120, 120, 120],
        [220, 220, 220],
      ],
    ],
  ])('is zero for %s, for which rec601 is enough', async (_, colours) => {
    const { losses, recommended, comparisons } = await compare(bars(colours));
    expect(new Set(losses)).toEqual(new Set([0]));
    expect(comparisons.some(({ isFlagged }) => isFlagged)).toBe(false);
    expect(recommended).toBe('rec601');
  });

  test('is zero for an image stored in gray', async () => {
    const gray = await sharp(photoLikePng()).toColourspace('b-w').png().toBuffer();
    const { losses, recommended } = await compare(gray);
    expect([Math.max(...losses), recommended]).toEqual([0, 'rec601']);
  });

  test('is zero under transparency, where hidden pixels are white', async () => {
    const rows = Uint8Array.from({ length: 40 * 4 }, (_, i) =>
      i % 4 === 3 ? 0 : i % 4 === (i < 80 ? 0 : 1) ? 130 : 0,
    );
    const { losses } = await compare(rgbaPng({ width: 40, height: 1, rows }));
    expect(Math.max(...losses)).toBe(0);
  });

  test('covers the whole sample chart, whose star is small: rec601 loses little, value much', async () => {
    const { of, recommended } = await compare(await readFile('samples/chart.webp'));
    expect(recommended).toBe('rec601');
    expect(of('rec601')?.contrastLoss).toBeLessThan(0.06);
    expect(of('value')).toMatchObject({ isFlagged: true });
  });

  test('is the same every time', async () => {
    const image = photoLikePng({ width: 500, height: 300 });
    expect(await compareMethods(image)).toEqual(await compareMethods(image));
  });

  test('is an error for bytes that are no image, and for an image above the limits', async () => {
    await expect(compareMethods(Buffer.from('no image'))).rejects.toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
    });
    await expect(compareMethods(photoLikePng(), { maxPixels: 100 })).rejects.toMatchObject({
      code: 'IMAGE_TOO_LARGE',
    });
  });
});

describe('the contact sheet', () => {
  const read = async (bytes: Uint8Array) => {
    const { sheet } = await compareMethods(bytes);
    return { sheet, ...(await sharp(sheet).metadata()) };
  };

  test.each([
    ['a large one is scaled down', 960, 480, 320, 160],
    ['a small one is not enlarged, but the labels have room', 40, 30, 156, 30],
  ])('has four images a row in three rows: %s', async (_, width, height, cellWidth, cellHeight) => {
    const sheet = await read(photoLikePng({ width, height }));
    expect(sheet).toMatchObject({
      format: 'png',
      width: 4 * (cellWidth + 12) + 12,
      height: 3 * (cellHeight + 12 + 3 * 18) + 12,
    });
  });

  test('shows the colours first, then the grays', async () => {
    const { sheet } = await read(bars([green, red], { width: 160, height: 60 }));
    const { data, info } = await sharp(sheet).raw().toBuffer({ resolveWithObject: true });
    const at = (x: number, y: number) => [
      ...data.subarray((y * info.width + x) * 3).subarray(0, 3),
    ];
    expect([at(12, 12), at(12 + 15, 12)]).toEqual([green, red]);
    const second = 12 + 160 + 12;
    expect([at(second, 12), at(second + 15, 12)]).toEqual([
      [76, 76, 76],
      [76, 76, 76],
    ]);
  });

  test('labels each image', async () => {
    const { sheet } = await read(photoLikePng({ width: 160, height: 60 }));
    for (let cell = 0; cell < 12; cell++) {
      const left = 12 + (cell % 4) * 172;
      const top = 12 + Math.floor(cell / 4) * (60 + 12 + 54) + 60;
      const label = sharp(sheet).extract({ left, top, width: 160, height: 20 });
      const { channels } = await sharp(await label.png().toBuffer()).stats();
      expect([channels[0]?.min, channels[0]?.max]).toEqual([0, 255]);
    }
  });

  test('shows images upright', async () => {
    const upright = await read(await orientedJpeg(1, { width: 320, height: 160 }));
    const turned = await read(await orientedJpeg(6, { width: 320, height: 160 }));
    expect(turned.height - upright.height).toBe(3 * 160);
  });
});
