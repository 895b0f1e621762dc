import { describe, expect, test } from 'vitest';
import { applyProfile } from '../../../src/convert/colour/apply-profile.ts';
import type { ColourProfile } from '../../../src/convert/colour/icc-profile.ts';
import { toLinear } from '../../../src/convert/colour/linear-light.ts';
import { toGray } from '../../../src/convert/gray/to-gray.ts';
import { type Method, methodFacts } from '../../../src/convert/recipe/methods.ts';

// Large images are mapped by tables in fixed point, small ones pixel by pixel in floating point.
const side = 2_048;
const partPixels = side * side;

/** The colours from `first` on, as RGB. */
function coloursFrom(first: number, count: number): Uint8Array {
  const pixels = new Uint8Array(count * 3);
  for (let i = 0, at = 0; i < count; i++, at += 3) {
    pixels[at] = (first + i) >> 16;
    pixels[at + 1] = (first + i) >> 8;
    pixels[at + 2] = first + i;
  }
  return pixels;
}

const parts = [0, 1, 2, 3].map((part) => part * partPixels);

describe('all 2^24 colours have the same gray in the kernel as one by one:', () => {
  const methods: Method[] = [
    ...(['rec709', 'luminance', 'lightness', 'average', 'hsl-lightness', 'value'] as const),
    ...(['red', 'mix:2,1,-1'] as const),
  ];
  test.each(methods)('%s', async (method) => {
    for (const first of parts) {
      const pixels = coloursFrom(first, partPixels);
      const image = { pixels, width: side, height: side, channels: 3 } as const;
      const { pixels: gray } = await toGray(image, method);
      const exact = methodFacts(method).toGray(image, 255);
      let wrong = 0;
      for (let i = 0, at = 0; i < partPixels; i++, at += 3) {
        const [r, g, b] = [pixels[at], pixels[at + 1], pixels[at + 2]] as [number, number, number];
        if (gray[i] !== exact(r, g, b)) wrong++;
      }
      expect(wrong).toBe(0);
    }
  });
});

test.each(['luminance', 'value'] as const)('alpha is kept by %s', async (method) => {
  const size = { width: 512, height: 256, channels: 4 } as const;
  const pixels = Uint8Array.from({ length: 512 * 256 * 4 }, (_, i) => (i * 7) >> 3);
  const gray = await toGray({ pixels, ...size }, method);
  expect(gray.channels).toBe(2);
  const alphas = gray.pixels.filter((_, i) => i % 2 === 1);
  expect(
    Buffer.compare(Buffer.from(alphas), Buffer.from(pixels.filter((_, i) => i % 4 === 3))),
  ).toBe(0);
});

test('weights too large for the tables are computed one by one', async () => {
  const pixels = coloursFrom(5_000_000, 2 ** 17);
  const image = { pixels, width: 2 ** 9, height: 2 ** 8, channels: 3 } as const;
  const { pixels: gray } = await toGray(image, 'mix:1000,-999,0');
  const exact = methodFacts('mix:1000,-999,0').toGray(image, 255);
  const expected = gray.map((_, i) =>
    exact(...([...pixels.subarray(i * 3, i * 3 + 3)] as [number, number, number])),
  );
  expect(gray).toEqual(expected);
});

describe('all 2^24 colours of a profile become the same sRGB by tables as one by one:', () => {
  // Display P3 and Adobe RGB, adapted to D50 as their profiles are.
  const gamma = (value: number) => value ** (563 / 256);
  const profiles: [string, ColourProfile & { kind: 'shaper'; space: 'rgb' }][] = [
    [
      'Display P3',
      {
        kind: 'shaper',
        space: 'rgb',
        curves: [toLinear, toLinear, toLinear],
        toXyz: [0.51512, 0.29198, 0.1571, 0.2412, 0.69225, 0.06657, -0.00105, 0.04189, 0.78407],
      },
    ],
    [
      'Adobe RGB',
      {
        kind: 'shaper',
        space: 'rgb',
        curves: [gamma, gamma, gamma],
        toXyz: [0.60974, 0.20528, 0.14919, 0.31111, 0.62567, 0.06322, 0.01947, 0.06087, 0.74457],
      },
    ],
  ];
  test.each(profiles)('%s', async (_, profile) => {
    for (const first of parts) {
      const byTables = coloursFrom(first, partPixels);
      const oneByOne = byTables.slice();
      await applyProfile({ pixels: byTables, width: side, height: side, channels: 3 }, profile);
      for (let at = 0; at < oneByOne.length; at += 3 * 2 ** 15) {
        const pixels = oneByOne.subarray(at, at + 3 * 2 ** 15);
        await applyProfile({ pixels, width: 2 ** 15, height: 1, channels: 3 }, profile);
      }
      expect(Buffer.compare(byTables, oneByOne)).toBe(0);
    }
  });
});
