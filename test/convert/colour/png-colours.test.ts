import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { be32, joined } from '../../../testing/byte-parts.ts';
import { curv, grayProfile, rgbProfile } from '../../../testing/icc.ts';
import { buildPng } from '../../../testing/png.ts';
import { apart, cicp, convert, png, rawGrays } from './numbered-files.ts';

const iccChunk = (icc: Uint8Array): [string, Uint8Array] => [
  'iCCP',
  joined('any\0\0', deflateSync(icc)),
];
const gama = (value: number): [string, Uint8Array] => ['gAMA', be32(value)];
const chrm = (...values: number[]): [string, Uint8Array] => ['cHRM', be32(...values)];
const adobeChrm = chrm(31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6_000);
const srgbChrm = chrm(31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000);
const srgbChunk: [string, Uint8Array] = ['sRGB', Uint8Array.of(0)];
describe('PNG chunks', () => {
  /** By littleCMS 2.18 (Pillow 12.3), from profiles with these primaries and gammas. */
  const adobe = [0, 62, 129, 255, 105, 77, 43];
  const proPhoto = [0, 81, 146, 255, 79, 96, 57];
  const gamma22 = [0, 62, 129, 255, 96, 88, 48];
  const proPhotoChrm = chrm(34_570, 35_850, 73_470, 26_530, 15_960, 84_040, 3_660, 10);
  /** By the formulas, as the table above. */
  const linear = [0, 137, 188, 255, 157, 155, 121];
  const adobeWithSrgbCurve = [0, 64, 128, 255, 107, 77, 48];
  const linearIcc = iccChunk(rgbProfile(curv()));

  test.each<[string, [string, Uint8Array][], number[]]>([
    ['cHRM and gAMA', [adobeChrm, gama(45_455)], adobe],
    ['another white point', [proPhotoChrm, gama(55_556)], proPhoto],
    ['cHRM alone', [adobeChrm], adobeWithSrgbCurve],
    ['gAMA alone', [gama(100_000)], linear],
    ['gAMA of 1/2.2 alone, which is near sRGB', [gama(45_455)], rawGrays],
    ['gAMA of 1/2.2 with the primaries of sRGB', [srgbChrm, gama(45_455)], rawGrays],
    ['sRGB before gAMA', [srgbChunk, gama(100_000)], rawGrays],
    ['iCCP before sRGB', [linearIcc, srgbChunk], linear],
    ['cICP before iCCP', [cicp(12, 8), linearIcc], [0, 137, 188, 255, 157, 148, 120]],
    ['cICP of sRGB before iCCP', [cicp(1, 13), linearIcc], rawGrays],
    ['iCCP after a cICP that is not understood', [cicp(1, 3), linearIcc], linear],
    ['gAMA after a cICP that is not understood', [cicp(1, 3), gama(100_000)], linear],
  ])('%s', async (_, chunks, expected) => {
    const { pixels, losses } = await convert(png(chunks));
    expect(apart([...pixels], expected)).toBeLessThanOrEqual(1);
    expect(losses).toEqual([]);
  });

  test('a gamma of 2.2 with other primaries is that gamma', async () => {
    const nearSrgb = chrm(31_270, 32_900, 64_000, 33_000, 30_000, 61_000, 15_000, 6_000);
    const { pixels } = await convert(png([nearSrgb, gama(45_455)]));
    expect(apart([...pixels].slice(0, 4), gamma22.slice(0, 4))).toBeLessThanOrEqual(1);
  });

  test.each<[string, [string, Uint8Array][]]>([
    ['a gamma of 0', [gama(0)]],
    ['primaries on a line', [chrm(31_270, 32_900, 10_000, 10_000, 20_000, 20_000, 30_000, 30_000)]],
    [
      'a white point without light',
      [chrm(31_270, 0, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000)],
    ],
    ['a damaged profile', [iccChunk(rgbProfile(curv()).subarray(0, 200))]],
    ['a profile for gray', [iccChunk(grayProfile(curv()))]],
  ])('%s is named as a loss', async (_, chunks) => {
    const { pixels, losses } = await convert(png(chunks));
    expect([...pixels]).toEqual(rawGrays);
    expect(losses).toEqual(['colour']);
  });

  test('a profile of sRGB on gray is no loss', async () => {
    const srgb = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } })
      .withIccProfile('srgb')
      .png()
      .toBuffer();
    const { icc = Buffer.alloc(0) } = await sharp(srgb).metadata();
    const { pixels, losses } = await convert(png([iccChunk(icc)], [0, 99, 255], 'gray'));
    expect([...pixels]).toEqual([0, 99, 255]);
    expect(losses).toEqual([]);
  });

  test('are ignored if they are too short or after the image', async () => {
    expect((await convert(png([['gAMA', Uint8Array.of(0)]]))).losses).toEqual([]);
    const size = { width: 1, height: 1, colourType: 'gray' } as const;
    const late = buildPng({ ...size, rows: Uint8Array.of(55), after: [gama(100_000)] });
    expect([...(await convert(late)).pixels]).toEqual([55]);
  });
});
