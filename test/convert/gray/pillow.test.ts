import { describe, expect, test } from 'vitest';
import { resolveRecipe, toGrayscale } from '../../../src/convert/index.ts';
import {
  animatedGif,
  deepPng,
  grayPng,
  orientedPng,
  photoLike,
  photoLikePixels,
  profiledPng,
  rgbaPng,
} from '../../../testing/images.ts';
import { buildPng, parsePng } from '../../../testing/png.ts';
import { stripTiff } from '../../../testing/tiff.ts';
import { oracleGray, oraclePixels } from './gray-of.ts';

// Expected values as measured with Pillow 9.4; bench/conversions/against-pillow.py compares any folder
// with the installed Pillow.

const pillow = { compat: 'pillow' } as const;

async function grayOf(bytes: Uint8Array): Promise<number[]> {
  return [...parsePng((await toGrayscale(bytes, pillow)).bytes).pixels];
}

describe('as in Pillow,', () => {
  test('orientation is applied only to a TIFF', async () => {
    const size = { width: 6, height: 4 };
    expect(await toGrayscale(await orientedPng(6, size), pillow)).toMatchObject(size);
    const tiff = photoLike(size).withMetadata({ orientation: 6 }).tiff({ compression: 'lzw' });
    expect(await toGrayscale(await tiff.toBuffer(), pillow)).toMatchObject({ width: 4, height: 6 });
  });

  test('alpha is dropped', async () => {
    const rows = Uint8Array.of(255, 0, 0, 0, 0, 255, 0, 128);
    const image = await toGrayscale(rgbaPng({ width: 2, height: 1, rows }), pillow);
    expect(image).toMatchObject({ channels: 1, losses: ['alpha'] });
    expect([...parsePng(image.bytes).pixels]).toEqual([76, 150]);
  });

  test('profiles are ignored', async () => {
    expect(await grayOf(await profiledPng())).toEqual(oraclePixels(photoLikePixels()));
  });

  test('16-bit gray above 255 is white', async () => {
    const values = [0, 1, 200, 255, 256, 40_000, 65_535];
    const rows = Buffer.from(Uint16Array.from(values).buffer).swap16();
    const expected = values.map((v) => Math.min(v, 255));
    const size = { width: values.length, height: 1 };
    expect(await grayOf(grayPng({ ...size, depth: 16, rows }))).toEqual(expected);
    const key: [string, Uint8Array][] = [['tRNS', Uint8Array.of(0, 200)]];
    const keyed = buildPng({ ...size, colourType: 'gray', depth: 16, rows, chunks: key });
    expect(await grayOf(keyed)).toEqual(expected);
    for (const photometric of [0, 1]) {
      const tiff = stripTiff({ ...size, photometric, bits: 16, samples: values });
      expect(await grayOf(tiff)).toEqual(expected);
    }
  });

  test.each([
    ['unsigned', 1, [0, 1, 255, 256, 2 ** 31 - 1], [0, 1, 255, 255, 255]],
    ['signed', 2, [-(2 ** 31), -1, 0, 254, 255, 256], [0, 0, 0, 254, 255, 255]],
    ['floating-point', 3, [-1e9, -0.5, 0.9, 254.9, 255, 1e9], [0, 0, 0, 254, 255, 255]],
  ] as const)('gray of 32 bits, %s, is clamped', async (_, sampleFormat, samples, expected) => {
    const tiff = stripTiff({
      ...{ width: samples.length, height: 1, photometric: 1, bits: 32 },
      ...{ sampleFormat, samples: [...samples] },
    });
    expect(await grayOf(tiff)).toEqual([...expected]);
    expect((await toGrayscale(tiff, pillow)).losses).toEqual(['depth']);
    // TIFF 6.0 defines the white of unsigned samples alone.
    const usual = await toGrayscale(tiff).catch(({ code }) => code);
    if (sampleFormat === 1) expect(usual).toMatchObject({ losses: ['depth'] });
    else expect(usual).toBe('UNSUPPORTED_FORMAT');
  });

  test('the upper eight bits of 16-bit colours are used', async () => {
    const samples = [0xff80, 0x0000, 0x00ff, 0x40ff, 0x80fe, 0xc0fd, 0x0aff, 0x1480, 0x1eff];
    const expected = oraclePixels(Uint8Array.from(samples, (n) => n >> 8));
    expect(await grayOf(deepPng({ width: 3, height: 1, samples }))).toEqual(expected);
    const tiff = stripTiff({ width: 3, height: 1, photometric: 2, bits: 16, samples });
    expect(await grayOf(tiff)).toEqual(expected);
    const pairs = Buffer.from([0x12, 0xff, 0, 0, 0xab, 0, 0xff, 0xff]);
    const parts = { width: 2, height: 1, colourType: 'grayAlpha', depth: 16, rows: pairs } as const;
    expect(await grayOf(buildPng(parts))).toEqual([0x12, 0xab]);
  });

  test.each([8, 16] as const)('CMYK of %d bits is converted without a profile', async (bits) => {
    const inks = [10, 200, 30, 40, 255, 0, 0, 0, 7, 7, 7, 250];
    const samples = inks.map((ink) => (bits === 8 ? ink : ink * 256 + 255 - ink));
    const bytes = stripTiff({ width: 3, height: 1, photometric: 5, bits, samples });
    const expected = [0, 4, 8].map((at) => {
      const [c = 0, m = 0, y = 0, k = 0] = inks.slice(at, at + 4);
      const left = [c, m, y].map((ink) => 255 - k - Math.round((ink * (255 - k)) / 255));
      return oracleGray(...(left as [number, number, number]));
    });
    expect(await grayOf(bytes)).toEqual(expected);
  });

  test('only the first frame is converted', async () => {
    const image = await toGrayscale(await animatedGif(), { ...pillow, format: 'gif' });
    expect(image).toMatchObject({ frames: 1, losses: ['frames'] });
  });

  test.each([
    ['of the whole file', 0x91, []],
    ['of the frame', 0, [0x81]],
  ])('a transparent pixel in a GIF has the colour of the palette %s', async (_, global, local) => {
    const palette = [10, 10, 10, 250, 0, 0, 0, 0, 250, 9, 99, 199];
    const screen = [...Buffer.from('GIF89a'), 4, 0, 1, 0, global, 0, 0, ...(global ? palette : [])];
    const control = [0x21, 0xf9, 4, 1, 0, 0, 2, 0];
    const frame = [0x2c, 0, 0, 0, 0, 3, 0, 1, 0, local[0] ?? 0, ...(global ? [] : palette)];
    // Codes of three bits, then of four: clear, 1, 2, 0, end.
    const data = [2, 3, 0b10_001_100, 0b0101_0000, 0, 0];
    const bytes = Uint8Array.from([...screen, ...control, ...frame, ...data, 0x3b]);
    const [red, blue] = [oracleGray(250, 0, 0), oracleGray(0, 0, 250)];
    expect(await grayOf(bytes)).toEqual([red, blue, 10, blue]);
  });
});

describe('the recipe', () => {
  test('states all of it', () => {
    expect(resolveRecipe({ ...pillow, format: 'jpeg' })).toMatchObject({
      method: 'rec601',
      depth: '8',
      colour: 'raw',
      alpha: 'drop',
      orientation: 'ignore',
      frames: 'first',
      format: 'jpeg',
    });
  });

  test.each([
    [
      { method: 'luminance' },
      "Expected rec601 (because compat is pillow) for method but received 'luminance'",
    ],
    [{ depth: '16' }, 'Expected 8 (because compat is pillow) for depth'],
    [{ alpha: 'flatten' }, 'for alpha'],
  ] as const)('does not go with %j', (options, message) => {
    expect(() => resolveRecipe({ ...pillow, ...options })).toThrow(message);
  });

  test('is the same however it is written', () => {
    const resolved = resolveRecipe(pillow);
    expect(resolveRecipe(resolved)).toEqual(resolved);
    expect(resolveRecipe({ ...pillow, colour: 'managed', orientation: 'ignore' })).toEqual(
      resolved,
    );
  });
});
