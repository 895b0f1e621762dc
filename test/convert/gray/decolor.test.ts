import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decolorWeights } from '../../../src/convert/gray/decolor.ts';
import { type Method, toGrayscale } from '../../../src/convert/index.ts';
import { photoLikePixels, rgbaPng, rgbPng } from '../../../testing/images.ts';
import { parsePng } from '../../../testing/png.ts';

type Rgb = readonly [number, number, number];

/** Bars of the second colour on the first, as in a chart. */
function chart([paper, ink]: readonly [Rgb, Rgb], { width = 120, height = 90 } = {}) {
  const rows = Uint8Array.from(
    Array.from({ length: width * height }, (_, i) => (isBar(i % width) ? ink : paper)).flat(),
  );
  return rgbPng({ width, height, rows });
}

const isBar = (x: number) => x % 30 >= 20;

async function grayOf(bytes: Uint8Array, method: Method = 'decolor'): Promise<Uint8Array> {
  return parsePng((await toGrayscale(bytes, { method })).bytes).pixels;
}

/** The difference in gray between ink and paper. */
async function contrastOf(colours: readonly [Rgb, Rgb], method?: Method): Promise<number> {
  const pixels = await grayOf(chart(colours), method);
  return Math.abs((pixels[0] ?? 0) - (pixels[25] ?? 0));
}

describe('a chart whose colours have the same luma', () => {
  test.each<[string, readonly [Rgb, Rgb]]>([
    [
      'red on green',
      [
        [0, 130, 0],
        [255, 0, 0],
      ],
    ],
    [
      'blue on green',
      [
        [0, 50, 0],
        [0, 0, 255],
      ],
    ],
    [
      'magenta on cyan',
      [
        [0, 120, 120],
        [215, 0, 180],
      ],
    ],
  ])('(%s) is readable in gray', async (_, colours) => {
    expect(await contrastOf(colours, 'rec601')).toBeLessThan(8);
    expect(await contrastOf(colours)).toBeGreaterThan(80);
  });
});

describe('the weights', () => {
  const size = { width: 90, height: 70 };
  const rows = photoLikePixels({ ...size, seed: 5 });

  test('are tenths that add up to one, the same for all pixels', async () => {
    const pixels = await grayOf(rgbPng({ ...size, rows }));
    const fitting = [];
    for (let r = 0; r <= 10; r++) {
      for (let g = 0; g <= 10 - r; g++) {
        const mix = await grayOf(rgbPng({ ...size, rows }), `mix:${r},${g},${10 - r - g}`);
        if (Buffer.compare(mix, pixels) === 0) fitting.push([r, g]);
      }
    }
    expect(fitting).toHaveLength(1);
  });

  test('are the same each time', async () => {
    const bytes = rgbPng({ ...size, rows });
    expect(await grayOf(bytes)).toEqual(await grayOf(bytes));
  });

  test('ignore colours hidden by transparency', async () => {
    const hidden = (colour: Rgb) =>
      rgbaPng({
        ...size,
        rows: Uint8Array.from(
          Array.from({ length: size.width * size.height }, (_, i) =>
            i % size.width > 45
              ? [...colour, 0]
              : [...((i >> 2) % 2 ? [255, 0, 0] : [0, 130, 0]), 255],
          ).flat(),
        ),
      });
    const visible = async (colour: Rgb) =>
      (await grayOf(hidden(colour))).filter((_, i) => i % 2 === 0 && (i >> 1) % size.width <= 45);
    expect(await visible([0, 0, 255])).toEqual(await visible([255, 255, 255]));
  });
});

describe('for two colours, the weights are the most likely ones', () => {
  // The paper’s energy function, written again. With two colours all pairs are equal, so any will do.
  const linear = (v: number) =>
    v > 10.31475 ? Math.exp(2.4 * Math.log((v / 255 + 0.055) / 1.055)) : v / 255 / 12.92;
  const bent = (t: number) =>
    t > 216 / 24_389 ? Math.cbrt(t) : (24_389 / 27 / 116) * t + 16 / 116;

  function lab([r, g, b]: Rgb): Rgb {
    const [R, G, B] = [linear(r), linear(g), linear(b)];
    const x = bent((0.4124564 * R + 0.3575761 * G + 0.1804375 * B) / 0.95047);
    const y = bent(0.2126729 * R + 0.7151522 * G + 0.072175 * B);
    const z = bent((0.0193339 * R + 0.119192 * G + 0.9503041 * B) / 1.08883);
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
  }

  const apart = (one: Rgb, other: Rgb, from = 0) =>
    Math.hypot(...one.map((v, i) => (i < from ? 0 : v - (other[i] ?? 0)))) / 100;

  function likelihood(weights: readonly number[], [one, other]: readonly [Rgb, Rgb]): number {
    const contrast = Math.min(1, apart(lab(one), lab(other)));
    const gray = weights.reduce(
      (sum, w, i) => sum + (w * ((one[i] ?? 0) - (other[i] ?? 0))) / 255 / 10,
      0,
    );
    const peak = (d: number) => -(d * d) / (2 * 0.05 * 0.05);
    const [high, low] = [peak(gray - contrast), peak(gray + contrast)].toSorted((a, b) => b - a);
    return (high ?? 0) + Math.log1p(Math.exp((low ?? 0) - (high ?? 0)));
  }

  test('for any two that differ in more than lightness', () => {
    const level = fc.nat(255);
    const colour = fc.tuple(level, level, level);
    fc.assert(
      fc.property(colour, colour, (one, other) => {
        fc.pre(apart(lab(one), lab(other), 1) > 0.06);
        const pixels = Uint8Array.from(
          Array.from({ length: 64 }, (_, i) => (i % 3 ? one : other)).flat(),
        );
        const chosen = decolorWeights({ pixels, width: 8, height: 8, channels: 3 });
        expect(chosen.reduce((sum, w) => sum + w)).toBe(10);
        const all = Array.from({ length: 121 }, (_, i) => [
          Math.floor(i / 11),
          i % 11,
          10 - Math.floor(i / 11) - (i % 11),
        ]).filter(([, , blue = -1]) => blue >= 0);
        expect(all).toHaveLength(66);
        const best = Math.max(...all.map((weights) => likelihood(weights, [one, other])));
        // The two computations of Lab differ in the last digits of the matrix.
        expect(likelihood(chosen, [one, other])).toBeGreaterThan(
          best - 0.05 - Math.abs(best) * 0.01,
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe('Rec. 601 is the fallback', () => {
  const size = { width: 40, height: 30 };
  const tinted = (tint: Rgb) =>
    rgbPng({
      ...size,
      rows: Uint8Array.from({ length: size.width * size.height * 3 }, (_, i) =>
        Math.min(255, ((Math.floor(i / 3) * 5) % 240) + (tint[i % 3] ?? 0)),
      ),
    });
  const flat = rgbPng({
    ...size,
    rows: Uint8Array.from(
      { length: size.width * size.height * 3 },
      (_, i) => [200, 30, 90][i % 3] ?? 0,
    ),
  });

  test.each([
    ['gray, with the noise of a camera', tinted([1, 0, 2])],
    ['of one single colour', flat],
    ['a single pixel', rgbPng({ width: 1, height: 1, rows: Uint8Array.of(200, 30, 90) })],
  ])('for an image that is %s', async (_, bytes) => {
    expect(await grayOf(bytes)).toEqual(await grayOf(bytes, 'rec601'));
  });
});

test.each([
  [1, 4_000],
  [40_000, 1],
  [64, 64],
  [65, 63],
])('images of %d x %d pixels are converted', async (width, height) => {
  const pixels = await grayOf(
    chart(
      [
        [0, 130, 0],
        [255, 0, 0],
      ],
      { width, height },
    ),
  );
  expect(pixels).toHaveLength(width * height);
});
