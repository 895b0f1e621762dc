// The formats that sharp does not read, from the file to the gray output. Each decoder has its own tests;
// these check that the engine picks the right decoder and treats its pixels like any others.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bmp } from '../../../src/convert/decode/bmp/decode-bmp.ts';
import { type RecipeOptions, toGrayscale } from '../../../src/convert/index.ts';
import { inspectImage } from '../../../testing/inspect-image.ts';
import { parsePng } from '../../../testing/png.ts';
import { oracleGray } from '../gray/gray-of.ts';

const folder = new URL('../fixtures/', import.meta.url);
/** All fixtures but the one of a variant that is rejected by name. */
const fixtures = () =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (path) => /\.\w+$/.test(path) && !/README|source\.png|subsampled/.test(path),
  );
const fixture = (path: string) => readFileSync(new URL(path, folder));

async function grayOf(bytes: Uint8Array, recipe: RecipeOptions = {}) {
  const image = await toGrayscale(bytes, recipe);
  return { ...image, pixels: [...parsePng(image.bytes).pixels] };
}

describe('an 8-bit image of red, green, blue and white', () => {
  const gray = [oracleGray(255, 0, 0), oracleGray(0, 255, 0), oracleGray(0, 0, 255), 255];

  test('in PPM', async () => {
    const ppm = Buffer.concat([
      Buffer.from('P6 2 2 255\n'),
      Buffer.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]),
    ]);
    expect(await grayOf(ppm)).toMatchObject({
      pixels: gray,
      channels: 1,
      source: { format: 'pnm' },
    });
  });

  test('in QOI, as opaque RGBA', async () => {
    const rgba = (...colour: number[]) => [0xff, ...colour, 255];
    const qoi = Buffer.from([
      ...Buffer.from('qoif'),
      ...[0, 0, 0, 2, 0, 0, 0, 2, 4, 0],
      ...rgba(255, 0, 0),
      ...rgba(0, 255, 0),
      ...rgba(0, 0, 255),
      ...rgba(255, 255, 255),
      ...[0, 0, 0, 0, 0, 0, 0, 1],
    ]);
    expect(await grayOf(qoi)).toMatchObject({
      pixels: gray,
      channels: 1,
      source: { format: 'qoi' },
    });
  });

  test('in TGA, without a signature', async () => {
    const tga = Buffer.alloc(18 + 12);
    tga[2] = 2;
    tga.writeUInt16LE(2, 12);
    tga.writeUInt16LE(2, 14);
    tga.set([24, 0x20], 16);
    tga.set([0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255], 18);
    expect(await grayOf(tga)).toMatchObject({ pixels: gray, source: { format: 'tga' } });
  });
});

test('16 bits of PGM are scaled and rounded, or kept', async () => {
  const pgm = Buffer.concat([Buffer.from('P5 2 1 65535\n'), Buffer.from([0x80, 0x80, 0x12, 0x34])]);
  expect((await grayOf(pgm)).pixels).toEqual([0x80, Math.round(0x1234 / 257)]);
  expect(await toGrayscale(pgm, { depth: '16' })).toMatchObject({ depth: 16, losses: [] });
});

describe('a PNG inside an icon', () => {
  test('is read like any PNG', async () => {
    const png = await inner();
    const directory = Buffer.alloc(22);
    directory.set([0, 0, 1, 0, 1, 0, 2, 2, 0, 0, 1, 0, 32, 0]);
    directory.writeUInt32LE(png.length, 14);
    directory.writeUInt32LE(22, 18);
    const icon = Buffer.concat([directory, png]);
    expect((await toGrayscale(icon)).bytes).toEqual((await toGrayscale(png)).bytes);
  });

  const inner = async () =>
    Buffer.from((await toGrayscale(Buffer.from('P3 2 1 9 9 0 0 0 9 0'))).bytes);
});

describe('limits', () => {
  test('apply before a pixel is decoded', async () => {
    const huge = Buffer.concat([Buffer.from('P6 60000 60000 255\n'), Buffer.alloc(100)]);
    await expect(inspectImage(huge)).rejects.toMatchObject({ name: 'ConversionError' });
  });

  test('include a memory estimate for each format', async () => {
    const header = await inspectImage(Buffer.from('P3 2 1 9 9 0 0 0 9 0'));
    expect(header.memoryBytes).toBeGreaterThan(0);
  });
});

test.each(fixtures())('%s becomes a gray PNG', async (path) => {
  const image = await toGrayscale(fixture(path));
  expect(image.format).toBe('png');
  expect([1, 2]).toContain(image.channels);
  expect(parsePng(image.bytes)).toMatchObject({ width: image.width, height: image.height });
});

test('a BMP gives the gray of its decoded colours', async () => {
  const [path = ''] = fixtures().filter((name) => name.endsWith('.bmp'));
  const { pixels, channels } = bmp.decode(fixture(path));
  const expected = Array.from({ length: pixels.length / channels }, (_, i) =>
    channels >= 3
      ? oracleGray(
          pixels[i * channels] as number,
          pixels[i * channels + 1] as number,
          pixels[i * channels + 2] as number,
        )
      : pixels[i * channels],
  );
  expect((await grayOf(fixture(path), { alpha: 'drop' })).pixels).toEqual(expected);
});
