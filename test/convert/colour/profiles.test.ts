import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type RecipeOptions, toGrayscale } from '../../../src/convert/index.ts';
import {
  adobeColorants,
  curv,
  grayProfile,
  para,
  rgbProfile,
  rgbTableProfile,
} from '../../../testing/icc.ts';
import { cmykJpeg, photoLike, photoLikePixels, profiledPng } from '../../../testing/images.ts';
import { buildPng, type ColourType, parsePng } from '../../../testing/png.ts';
import { stripTiff } from '../../../testing/tiff.ts';
import { oracleGray, oraclePixels } from '../gray/gray-of.ts';

const size = { width: 64, height: 48 };

/** A PNG with an embedded profile, which may be valid or not. */
function png(icc: Buffer, rows: Uint8Array, colourType: ColourType = 'rgb', depth = 8): Buffer {
  const samples = { rgb: 3, rgba: 4, gray: 1, grayAlpha: 2, palette: 1 }[colourType];
  const width = rows.length / samples / (depth / 8);
  const chunk = Buffer.concat([Buffer.from('any\0\0'), deflateSync(icc)]);
  return buildPng({ width, height: 1, colourType, depth, rows, chunks: [['iCCP', chunk]] });
}

async function grayOf(bytes: Uint8Array, recipe: RecipeOptions = {}): Promise<number[]> {
  return [...parsePng((await toGrayscale(bytes, recipe)).bytes).pixels];
}

async function deepGrayOf(bytes: Uint8Array): Promise<number[]> {
  const { bytes: file } = await toGrayscale(bytes, { depth: '16' });
  const raw = await sharp(file).toColourspace('grey16').raw({ depth: 'ushort' }).toBuffer();
  return [...new Uint16Array(raw.buffer, raw.byteOffset, raw.length / 2)];
}

/** The pixels of a file as littleCMS, through libvips, converts them. */
async function lcmsGray(bytes: Uint8Array): Promise<number[]> {
  return oraclePixels(await sharp(bytes).toColourspace('srgb').raw().toBuffer());
}

function farthest(some: number[], others: number[]): number {
  expect(some).toHaveLength(others.length);
  return Math.max(...some.map((value, i) => Math.abs(value - (others[i] ?? Number.NaN))));
}

const encode = (light: number) =>
  light > 0.0031308 ? 1.055 * light ** (1 / 2.4) - 0.055 : light * 12.92;
const decode = (v: number) => (v > 0.04045 ? ((v + 0.055) / 1.055) ** 2.4 : v / 12.92);

const ramp = Uint8Array.from({ length: 256 }, (_, v) => v);
const neutral = Uint8Array.from({ length: 256 * 3 }, (_, i) => Math.floor(i / 3));
const photo = photoLikePixels(size);
const srgbSamples = Array.from({ length: 1_024 }, (_, i) => decode(i / 1_023));
const srgbPara = [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045];

describe('a profile that is not sRGB is applied', () => {
  test('Display P3 red becomes sRGB red', async () => {
    const p3 = await sharp(await profiledPng()).metadata();
    const red = png(p3.icc ?? Buffer.alloc(0), Uint8Array.of(255, 0, 0));
    expect(await grayOf(red, { method: 'luminance' })).toEqual([127]);
    const [orange] = [png(p3.icc ?? Buffer.alloc(0), Uint8Array.of(200, 120, 40))];
    expect(farthest(await grayOf(orange), await lcmsGray(orange))).toBeLessThanOrEqual(1);
    expect(await grayOf(orange)).not.toEqual(await grayOf(orange, { colour: 'raw' }));
  });

  test.each([
    ['Display P3', profiledPng],
    ['Adobe RGB', () => png(rgbProfile(curv(2.2), adobeColorants), photo)],
    ['a gamma of 1.8', () => png(rgbProfile(curv(1.8)), photo)],
    ['linear light', () => png(rgbProfile(curv()), photo)],
    ['a curve of samples', () => png(rgbProfile(curv(0, 0.2, 1)), photo)],
    ['a curve of type 0', () => png(rgbProfile(para(0, 1.5)), photo)],
    ['a curve of type 1', () => png(rgbProfile(para(1, 2, 1.1, -0.1)), photo)],
    ['a curve of type 2', () => png(rgbProfile(para(2, 2, 0.8, 0.2, -0.04)), photo)],
    ['a curve of type 3', () => png(rgbProfile(para(3, 1.8, 0.9, 0.1, 0.2, 0.1)), photo)],
    ['a curve of type 4', () => png(rgbProfile(para(4, 1.8, 0.9, 0.1, 0.2, 0.1, 0.01, 0)), photo)],
    ['a table', () => png(rgbTableProfile(), photo)],
  ])('%s matches littleCMS within one level', async (_, make) => {
    const bytes = await make();
    expect(farthest(await grayOf(bytes), await lcmsGray(bytes))).toBeLessThanOrEqual(1);
    expect(farthest(await grayOf(bytes), oraclePixels(photo))).toBeGreaterThan(3);
    expect(await grayOf(bytes, { colour: 'raw' })).toEqual(oraclePixels(photo));
  });

  test.each([
    ['curves', rgbProfile(curv())],
    ['a table', rgbTableProfile()],
  ])('at 16 bits too (%s)', async (_, icc) => {
    const rows = Buffer.alloc(64 * 6);
    for (let i = 0; i < 192; i++) rows.writeUInt16BE(Math.floor(i / 3) * 1_040, i * 2);
    const expected = Array.from({ length: 64 }, (_, i) => 65_535 * encode((i * 1_040) / 65_535));
    const gray = await deepGrayOf(png(icc, rows, 'rgb', 16));
    expect(farthest(gray, expected)).toBeLessThan(icc.includes('mft2') ? 200 : 1);
    expect(new Set(gray.map((v) => v % 257)).size).toBeGreaterThan(10);
  });

  test('neutral colours stay neutral and alpha is unchanged', async () => {
    const p3like = rgbProfile(para(3, ...srgbPara), adobeColorants);
    expect(await grayOf(png(p3like, neutral), { method: 'red' })).toEqual([...ramp]);
    expect(await grayOf(png(p3like, neutral), { method: 'blue' })).toEqual([...ramp]);
    const rgba = Uint8Array.of(10, 10, 10, 7, 99, 99, 99, 0);
    expect(await grayOf(png(p3like, rgba, 'rgba'))).toEqual([10, 7, 99, 0]);
  });

  test('to gray as well as to colours', async () => {
    const gamma = grayProfile(curv(1.8));
    const expected = [...ramp].map((v) => Math.round(255 * encode((v / 255) ** (461 / 256))));
    expect(await grayOf(png(gamma, ramp, 'gray'))).toEqual(expected);
    const withAlpha = Uint8Array.from({ length: 512 }, (_, i) => (i % 2 ? 99 : i >> 1));
    expect(await grayOf(png(gamma, withAlpha, 'grayAlpha'))).toEqual(
      expected.flatMap((v) => [v, 99]),
    );
    expect(await grayOf(png(gamma, ramp, 'gray'), { colour: 'raw' })).toEqual([...ramp]);
    const deep = Buffer.from([0x40, 0, 0x80, 0, 0xff, 0xff]);
    const deepExpected = [0x4000, 0x8000, 0xffff].map(
      (v) => 65_535 * encode((v / 65_535) ** (461 / 256)),
    );
    expect(farthest(await deepGrayOf(png(gamma, deep, 'gray', 16)), deepExpected)).toBeLessThan(1);
  });
});

describe('no profile is applied for', () => {
  test.each([
    [
      'sharp’s own sRGB',
      async () =>
        (await sharp(await photoLike().withIccProfile('srgb').png().toBuffer()).metadata()).icc,
    ],
    ['sRGB as HP wrote it', () => rgbProfile(curv(...srgbSamples))],
    ['sRGB as a formula', () => rgbProfile(para(3, ...srgbPara))],
    ['a table that calls itself sRGB', () => rgbTableProfile({ name: 'sRGB v4 ICC preference' })],
    ['a profile of gray on an image of colours', () => grayProfile(curv(1))],
    ['half a profile', () => rgbProfile(curv(1)).subarray(0, 200)],
    [
      'a profile whose tags lie outside',
      () => {
        const icc = rgbProfile(curv(1));
        icc.writeUInt32BE(9e6, 160);
        return icc;
      },
    ],
    ['no profile at all', () => Buffer.alloc(400, 7)],
    ['a curve of an unknown type', () => rgbProfile(para(9, 1))],
  ])('%s', async (_, make) => {
    const bytes = png((await make()) ?? Buffer.alloc(0), photo);
    expect(await grayOf(bytes)).toEqual(oraclePixels(photo));
  });
});

test.each([
  ['of 2.2 is not sRGB’s curve', curv(2.2)],
  ['of sRGB with darker shadows is not either', curv(...srgbSamples.map((v) => v * v ** 0.1))],
])('a curve with a gamma %s', async (_, curve) => {
  expect(await grayOf(png(rgbProfile(curve), photo))).not.toEqual(oraclePixels(photo));
});

describe('CMYK', () => {
  const inks = Uint8Array.from({ length: 4 * 200 }, (_, i) => (i * 89 + (i >> 3) * 31) & 255);
  const cmykTiff = (bits: 8 | 16 = 8) => {
    const samples = [...inks].map((ink) => (bits === 8 ? ink : ink * 257));
    return stripTiff({ width: 200, height: 1, photometric: 5, bits, samples });
  };

  test.each([
    ['JPEG', () => cmykJpeg(size)],
    [
      'JPEG with its profile',
      () => photoLike(size).toColourspace('cmyk').withIccProfile('cmyk').jpeg().toBuffer(),
    ],
    ['TIFF', () => cmykTiff()],
    ['TIFF of 16 bits', () => cmykTiff(16)],
  ])('in a %s is converted with its profile, or a common default', async (_, make) => {
    const bytes = await make();
    expect((await sharp(bytes).metadata()).space).toBe('cmyk');
    expect(await grayOf(bytes)).toEqual(await lcmsGray(bytes));
  });

  test('matches Pillow when colours are raw', async () => {
    const expected = Array.from({ length: 200 }, (_, i) => {
      const [c = 0, m = 0, y = 0, k = 0] = inks.subarray(i * 4);
      const light = 255 - k;
      return oracleGray(
        ...([c, m, y].map((ink) => light - Math.round((ink * light) / 255)) as [
          number,
          number,
          number,
        ]),
      );
    });
    expect(await grayOf(cmykTiff(), { colour: 'raw' })).toEqual(expected);
    expect(farthest(await grayOf(cmykTiff(16), { colour: 'raw' }), expected)).toBeLessThanOrEqual(
      1,
    );
  });

  test('of a JPEG is stored inverted, and is inverted back', async () => {
    const white = sharp({ create: { width: 8, height: 8, channels: 3, background: '#fff' } });
    const bytes = await white.toColourspace('cmyk').jpeg().toBuffer();
    for (const colour of ['managed', 'raw'] as const) {
      expect(new Set(await grayOf(bytes, { colour }))).toEqual(new Set([255]));
    }
  });
});
