import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import {
  type GrayImage,
  methods,
  type RecipeOptions,
  toGrayscale,
} from '../../../src/convert/index.ts';
import { deepPng, grayPng, photoLike, rgbPng } from '../../../testing/images.ts';
import { parsePng } from '../../../testing/png.ts';
import { stripTiff } from '../../../testing/tiff.ts';

type Rgb = readonly [number, number, number];

const white = 65_535;

/** 16-bit samples, spread over all values. */
const samples = Array.from({ length: 300 }, (_, i) => (i * 40_503 + (i >> 2) * 977) & white);
const colours = Array.from(
  { length: 100 },
  (_, i) => samples.slice(i * 3, i * 3 + 3) as never as Rgb,
);
const rgb16 = () => deepPng({ width: 100, height: 1, samples });

async function deepGray(bytes: Uint8Array, recipe: RecipeOptions = {}) {
  const image = await toGrayscale(bytes, { depth: '16', ...recipe });
  return { ...image, gray: await samplesOf(image) };
}

async function samplesOf({ bytes, channels }: GrayImage): Promise<number[]> {
  const space = channels === 1 ? 'grey16' : 'rgb16';
  const raw = await sharp(bytes).toColourspace(space).raw({ depth: 'ushort' }).toBuffer();
  return [...new Uint16Array(raw.buffer, raw.byteOffset, raw.length / 2)];
}

async function gray8(bytes: Uint8Array, recipe: RecipeOptions = {}): Promise<number[]> {
  return [...parsePng((await toGrayscale(bytes, recipe)).bytes).pixels];
}

// The formulas again for 16 bits, in doubles, rounded at the end.

const decode = (v: number) =>
  v / white > 0.04045 ? ((v / white + 0.055) / 1.055) ** 2.4 : v / white / 12.92;
const encode = (y: number) => (y > 0.0031308 ? 1.055 * y ** (1 / 2.4) - 0.055 : y * 12.92);
const luminance = ([r, g, b]: Rgb) => 0.2126 * decode(r) + 0.7152 * decode(g) + 0.0722 * decode(b);
const star = (y: number) => (y > 216 / 24_389 ? 116 * Math.cbrt(y) - 16 : (y * 24_389) / 27);

const oracles: Partial<Record<keyof typeof methods, (rgb: Rgb) => number>> = {
  rec601: ([r, g, b]) => Math.floor((r * 19595 + g * 38470 + b * 7471 + 32768) / 65536),
  rec709: ([r, g, b]) => Math.floor((2126 * r + 7152 * g + 722 * b + 5000) / 10000),
  luminance: (rgb) => Math.round(white * encode(luminance(rgb))),
  lightness: (rgb) => Math.round((white * star(luminance(rgb))) / 100),
  average: ([r, g, b]) => Math.round((r + g + b) / 3),
  'hsl-lightness': (rgb) => Math.ceil((Math.max(...rgb) + Math.min(...rgb)) / 2),
  value: (rgb) => Math.max(...rgb),
  red: ([red]) => red,
};

describe.each(Object.entries(oracles))('%s at 16 bits', (method, oracle) => {
  const recipe = { method } as RecipeOptions;

  test('follows its formula', async () => {
    const image = await deepGray(rgb16(), recipe);
    expect(image.gray).toEqual(colours.map(oracle));
    expect(image).toMatchObject({ depth: 16, channels: 1, losses: [] });
  });

  test('divided by 257 and rounded is the 8-bit result', async () => {
    const expected = colours.map((rgb) => Math.round(oracle(rgb) / 257));
    expect(await gray8(rgb16(), recipe)).toEqual(expected);
    expect((await toGrayscale(rgb16(), recipe)).losses).toEqual(['depth']);
  });
});

describe('16-bit gray', () => {
  const ramp = Array.from({ length: 65_536 }, (_, v) => v);
  const rows = Buffer.from(Uint16Array.from(ramp).buffer).swap16();
  const bytes = grayPng({ width: 256, height: 256, depth: 16, rows });
  const neutral = deepPng({ width: 256, height: 256, samples: ramp.flatMap((v) => [v, v, v]) });

  test('keeps every value', async () => {
    expect((await deepGray(bytes)).gray).toEqual(ramp);
  });

  test.each((Object.keys(methods) as (keyof typeof methods)[]).filter((m) => m !== 'lightness'))(
    'keeps every value by %s, stored as RGB',
    async (method) => {
      expect((await deepGray(neutral, { method })).gray).toEqual(ramp);
    },
  );

  test('is rounded to 8 bits, not truncated, and white stays white', async () => {
    expect(await gray8(bytes)).toEqual(ramp.map((v) => Math.round(v / 257)));
  });

  test('keeps its alpha, also at 16 bits', async () => {
    const [width, height] = [4, 1];
    const pairs = [1_000, 65_535, 40_000, 300, 65_535, 1, 7, 32_768];
    const options = { width, height, photometric: 1, bits: 16 as const, extraSamples: [2] };
    const image = await deepGray(stripTiff({ ...options, samples: pairs }), { format: 'tiff' });
    expect(image).toMatchObject({ channels: 2, depth: 16, losses: [] });
    expect(image.gray.filter((_, i) => i % 4 === 0 || i % 4 === 3)).toEqual(pairs);
    expect(await gray8(stripTiff({ ...options, samples: pairs }))).toEqual(
      pairs.map((v) => Math.round(v / 257)),
    );
  });
});

describe('depth', () => {
  const rgb8 = rgbPng({ width: 1, height: 1, rows: Uint8Array.of(10, 20, 30) });

  test('of 16 scales 8-bit gray exactly, and makes gray more precise', async () => {
    const exact = Math.floor((257 * (10 * 19595 + 20 * 38470 + 30 * 7471) + 32768) / 65536);
    expect(exact % 257).not.toBe(0);
    expect(await deepGray(rgb8)).toMatchObject({ gray: [exact], losses: [] });
    const both = rgbPng({ width: 2, height: 1, rows: Uint8Array.of(0, 0, 0, 255, 255, 255) });
    expect((await deepGray(both)).gray).toEqual([0, white]);
  });

  test.each<[string, Uint8Array, RecipeOptions, depth: number, losses: string[]]>([
    ['source, of 16', rgb16(), { depth: 'source' }, 16, []],
    ['source, of 8', rgb8, { depth: 'source' }, 8, []],
    ['16, where the format has 8', rgb16(), { depth: '16', format: 'jpeg' }, 8, ['depth']],
    [
      '16, where the format has 8 and so has the source',
      rgb8,
      { depth: '16', format: 'gif' },
      8,
      [],
    ],
    ['16, as TIFF', rgb16(), { depth: '16', format: 'tiff' }, 16, []],
    ['8, of 1', grayPng({ width: 1, height: 1, depth: 1, rows: Uint8Array.of(128) }), {}, 8, []],
  ])('%s', async (_, bytes, recipe, depth, losses) => {
    const image = await toGrayscale(bytes, recipe);
    expect(image).toMatchObject({ depth, losses });
    expect((await sharp(image.bytes).metadata()).depth).toBe(depth === 16 ? 'ushort' : 'uchar');
  });
});

describe('white stays white', () => {
  const whiteImage = sharp({ create: { width: 16, height: 16, channels: 3, background: '#fff' } });

  test.each<[string, () => Promise<Uint8Array> | Uint8Array]>([
    ['8 bits', () => whiteImage.clone().png().toBuffer()],
    [
      'floating point',
      () =>
        whiteImage
          .clone()
          .toColourspace('scrgb')
          .tiff({ compression: 'deflate', predictor: 'float' })
          .toBuffer(),
    ],
    [
      'CIELAB',
      () => whiteImage.clone().toColourspace('lab').tiff({ compression: 'lzw' }).toBuffer(),
    ],
  ])('from %s', async (_, make) => {
    expect(new Set((await deepGray(await make())).gray)).toEqual(new Set([white]));
  });

  test.each([10, 12] as const)('from AVIF at %d bits, nearly', async (bitdepth) => {
    const bytes = await photoLike().avif({ bitdepth, effort: 0, quality: 90 }).toBuffer();
    const theirs = await sharp(bytes).toColourspace('rgb16').raw({ depth: 'ushort' }).toBuffer();
    const stored = new Uint16Array(theirs.buffer, theirs.byteOffset, theirs.length / 2);
    const scale = white / ((2 ** bitdepth - 1) * 2 ** (16 - bitdepth));
    const expected = [...stored].filter((_, i) => i % 3 === 0).map((v) => Math.round(v * scale));
    const image = await deepGray(bytes, { method: 'red' });
    expect(image.gray).toEqual(expected);
    expect(image.losses).toEqual([]);
    expect((await toGrayscale(bytes)).losses).toEqual(['depth']);
  });
});
