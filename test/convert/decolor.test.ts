import { describe, expect, test } from 'vitest';
import { type Method, toGrayscale } from '../../src/convert/index.ts';
import { photoLikePixels, rgbaPng, rgbPng } from '../support/images.ts';
import { parsePng } from '../support/png.ts';

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

/** How far apart the gray of ink and paper are. */
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

  test('do not follow colours that transparency hides', async () => {
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

describe('Rec. 601 is fallen back to', () => {
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
  ])('where a picture is %s', async (_, bytes) => {
    expect(await grayOf(bytes)).toEqual(await grayOf(bytes, 'rec601'));
  });
});

test.each([
  [1, 4_000],
  [40_000, 1],
  [64, 64],
  [65, 63],
])('takes pictures of %d x %d pixels', async (width, height) => {
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
