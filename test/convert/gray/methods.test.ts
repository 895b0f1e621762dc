import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type Method, methods, toGrayscale } from '../../../src/convert/index.ts';
import { grayAlphaPng, grayPng, rgbaPng, rgbPng } from '../../../testing/images.ts';
import { parsePng } from '../../../testing/png.ts';

type Rgb = readonly [red: number, green: number, blue: number];
type Named = keyof typeof methods;

// Each formula again, written differently from the product: exact fractions where possible,
// otherwise doubles rounded at the end.

/** numerator / denominator, rounded half up, clamped to 0 to 255. */
function rounded(numerator: bigint, denominator: bigint): number {
  const twice = 2n * numerator + denominator;
  const floor =
    (twice - (((twice % (2n * denominator)) + 2n * denominator) % (2n * denominator))) /
    (2n * denominator);
  return Math.min(255, Math.max(0, Number(floor)));
}

function mean(weights: Rgb): (rgb: Rgb) => number {
  const exact = weights.map(BigInt);
  const sum = exact.reduce((a, b) => a + b);
  return (rgb) =>
    rounded(
      rgb.reduce((a, v, i) => a + BigInt(v) * (exact[i] ?? 0n), 0n),
      sum,
    );
}

function decode(level: number): number {
  const v = level / 255;
  return v > 0.04045 ? Math.exp(2.4 * Math.log((v + 0.055) / 1.055)) : v / 12.92;
}

function encode(light: number): number {
  return light > 0.0031308 ? 1.055 * Math.exp(Math.log(light) / 2.4) - 0.055 : light * 12.92;
}

function luminanceOf([r, g, b]: Rgb): number {
  return 0.0722 * decode(b) + 0.7152 * decode(g) + 0.2126 * decode(r);
}

function starOf(y: number): number {
  return y > (6 / 29) ** 3 ? 116 * Math.cbrt(y) - 16 : (y * 29 ** 3) / 27;
}

const oracles: Record<Exclude<Named, 'decolor'>, (rgb: Rgb) => number> = {
  rec601: mean([19595, 38470, 7471]),
  rec709: mean([2126, 7152, 722]),
  luminance: (rgb) => Math.floor(255 * encode(luminanceOf(rgb)) + 0.5),
  lightness: (rgb) => Math.floor(2.55 * starOf(luminanceOf(rgb)) + 0.5),
  average: mean([1, 1, 1]),
  'hsl-lightness': (rgb) => {
    const [low = 0, , high = 0] = rgb.toSorted((a, b) => a - b);
    return rounded(BigInt(low + high), 2n);
  },
  value: (rgb) => rgb.toSorted((a, b) => b - a)[0] ?? 0,
  red: ([red]) => red,
  green: ([, green]) => green,
  blue: ([, , blue]) => blue,
};

const named = Object.keys(oracles) as (keyof typeof oracles)[];
const all = Object.keys(methods) as Named[];

async function grayOfColours(colours: readonly Rgb[], method: Method): Promise<number[]> {
  const rows = Uint8Array.from(colours.flat());
  const { bytes } = await toGrayscale(rgbPng({ width: colours.length, height: 1, rows }), {
    method,
  });
  return [...parsePng(bytes).pixels];
}

const levels = Array.from({ length: 33 }, (_, i) => Math.min(255, i * 8));
const cube: Rgb[] = levels.flatMap((r) => levels.flatMap((g) => levels.map((b): Rgb => [r, g, b])));
const level = fc.nat(255);
const colour = fc.tuple(level, level, level);
const colours = fc.array(colour, { minLength: 1, maxLength: 100 });
const ramp = Array.from({ length: 256 }, (_, v): Rgb => [v, v, v]);

test('each method has an oracle', () => {
  expect([...named, 'decolor'].toSorted()).toEqual(all.toSorted());
});

describe.each(named)('%s', (method) => {
  test('follows its formula on a cube of 33 x 33 x 33 colours', async () => {
    expect(await grayOfColours(cube, method)).toEqual(cube.map(oracles[method]));
  });

  test('follows its formula on any colours', async () => {
    await fc.assert(
      fc.asyncProperty(colours, async (some) => {
        expect(await grayOfColours(some, method)).toEqual(some.map(oracles[method]));
      }),
      { numRuns: 20 },
    );
  });

  test('never gets darker when a colour gets brighter', async () => {
    const step = fc.tuple(level, level, level, fc.nat(2), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), async (steps) => {
        const dark = steps.map(([r, g, b]): Rgb => [r, g, b]);
        const light = steps.map(([r, g, b, channel, more]) =>
          [r, g, b].map((v, i) => (i === channel ? Math.min(255, v + more) : v)),
        ) as unknown as Rgb[];
        const [below, above] = await Promise.all(
          [dark, light].map((some) => grayOfColours(some, method)),
        );
        above?.forEach((gray, i) => {
          expect(gray).toBeGreaterThanOrEqual(below?.[i] ?? 256);
        });
      }),
      { numRuns: 15 },
    );
  });
});

describe('golden values', () => {
  // Measured with other programs: Pillow, ImageMagick's -colorspace Gray, and the exact linear-light gray.
  test.each<[Named, Rgb, number]>([
    ['rec601', [255, 0, 0], 76],
    ['rec601', [0, 255, 0], 150],
    ['rec601', [0, 0, 255], 29],
    ['rec601', [64, 128, 192], 116],
    ['rec601', [128, 128, 128], 128],
    ['rec601', [10, 20, 30], 18],
    ['rec709', [255, 0, 0], 54],
    ['rec709', [0, 255, 0], 182],
    ['rec709', [0, 0, 255], 18],
    ['rec709', [64, 128, 192], 119],
    ['rec709', [128, 128, 128], 128],
    ['rec709', [10, 20, 30], 19],
    ['luminance', [255, 0, 0], 127],
    ['luminance', [0, 255, 0], 220],
    ['luminance', [0, 0, 255], 76],
    ['luminance', [64, 128, 192], 125],
    ['luminance', [128, 128, 128], 128],
    ['luminance', [10, 20, 30], 19],
    // L* of the sRGB primaries: 53.24, 87.73, 32.30.
    ['lightness', [255, 0, 0], 136],
    ['lightness', [0, 255, 0], 224],
    ['lightness', [0, 0, 255], 82],
    ['lightness', [255, 255, 255], 255],
    ['average', [255, 0, 0], 85],
    ['hsl-lightness', [255, 0, 0], 128],
    ['value', [12, 200, 30], 200],
  ])('%s of %j is %d', async (method, rgb, gray) => {
    expect(await grayOfColours([rgb], method)).toEqual([gray]);
  });

  test('luminance is within one level of libvips’ greyscale', async () => {
    const rows = Uint8Array.from(cube.flat());
    const raw = { width: cube.length, height: 1, channels: 3 as const };
    const theirs = await sharp(rows, { raw }).toColourspace('b-w').raw().toBuffer();
    const ours = await grayOfColours(cube, 'luminance');
    expect(Math.max(...ours.map((gray, i) => Math.abs(gray - (theirs[i] ?? 0))))).toBe(1);
  });
});

describe('a neutral colour', () => {
  test.each(all.filter((method) => method !== 'lightness'))(
    'keeps its value by %s',
    async (method) => {
      expect(await grayOfColours(ramp, method)).toEqual(ramp.map(([v]) => v));
    },
  );

  test('keeps its value by any weights', async () => {
    const weight = fc.integer({ min: -1_000, max: 1_000 });
    await fc.assert(
      fc.asyncProperty(weight, weight, weight, async (r, g, b) => {
        fc.pre(r + g + b > 0);
        expect(await grayOfColours(ramp, `mix:${r},${g},${b}`)).toEqual(ramp.map(([v]) => v));
      }),
      { numRuns: 20 },
    );
  });

  test.each(all)('is the same by %s, stored as gray, gray with alpha or RGB', async (method) => {
    const values = Uint8Array.from({ length: 256 }, (_, v) => v);
    const size = { width: 16, height: 16 };
    const alphas = values.map((v) => v ^ 0xff);
    const grayAlpha = new Uint8Array(512).map((_, i) => (i % 2 ? alphas : values)[i >> 1] ?? 0);
    const expected = method === 'lightness' ? ramp.map(oracles.lightness) : [...values];
    const [gray, transparent] = await Promise.all(
      [grayPng({ ...size, rows: values }), grayAlphaPng({ ...size, rows: grayAlpha })].map(
        async (bytes) => parsePng((await toGrayscale(bytes, { method })).bytes).pixels,
      ),
    );
    expect([...(gray ?? [])]).toEqual(expected);
    expect([...(transparent ?? [])]).toEqual(expected.flatMap((v, i) => [v, alphas[i]]));
  });
});

describe('custom weights', () => {
  test('give the weighted mean, clamped at black and white', async () => {
    const weight = fc.integer({ min: -2_000, max: 2_000 });
    await fc.assert(
      fc.asyncProperty(weight, weight, weight, colours, async (r, g, b, some) => {
        fc.pre(r + g + b > 0);
        const texts = [r, g, b].map((w) => w / 1_000);
        const gray = await grayOfColours(some, `mix:${texts.join(',')}`);
        expect(gray).toEqual(some.map(mean([r, g, b])));
      }),
      { numRuns: 40 },
    );
  });

  test.each<[Method, Named]>([
    ['mix:1,1,1', 'average'],
    ['mix:0,7,0', 'green'],
    ['mix:19595,38470,7471', 'rec601'],
    ['mix:0.2126,0.7152,0.0722', 'rec709'],
  ])('%s is %s', async (mix, method) => {
    expect(await grayOfColours(cube, mix)).toEqual(cube.map(oracles[method as 'red']));
  });
});

describe.each(all)('%s', (method) => {
  test('leaves alpha unchanged, and its gray does not depend on alpha', async () => {
    const rows = Uint8Array.from({ length: 64 * 4 }, (_, i) => (i % 4 === 3 ? i : (i * 37) & 255));
    rows[3] = 9;
    const opaque = rows.map((v, i) => (i % 4 === 3 ? 255 : v));
    const [with_, without] = await Promise.all(
      [rows, opaque].map(async (image) => {
        const { bytes } = await toGrayscale(rgbaPng({ width: 8, height: 8, rows: image }), {
          method,
        });
        return parsePng(bytes).pixels;
      }),
    );
    expect(with_?.filter((_, i) => i % 2 === 1)).toEqual(rows.filter((_, i) => i % 4 === 3));
    expect(with_?.filter((_, i) => i % 2 === 0)).toEqual(without);
  });
});

test.each(named)('tiling an image does not change its gray by %s', async (method) => {
  const tile = cube.filter((_, i) => i % 97 === 0);
  const once = await grayOfColours(tile, method);
  expect(await grayOfColours([...tile, ...tile], method)).toEqual([...once, ...once]);
});
