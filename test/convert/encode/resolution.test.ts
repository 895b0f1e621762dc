import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type RecipeOptions, toGrayscale } from '../../../src/convert/index.ts';
import { be16, be32, joined } from '../../../testing/byte-parts.ts';
import {
  box,
  buildHeif,
  codedAvif,
  codedImage,
  type HeifPart,
  property,
} from '../../../testing/heif.ts';
import { photoLikePng } from '../../../testing/images.ts';
import { buildPng } from '../../../testing/png.ts';
import { buildPsd } from '../../../testing/psd.ts';
import { readDensity } from '../../../testing/read-density.ts';
import { joinTiffs, stripTiff, withResolution } from '../../../testing/tiff.ts';
import { fixture } from '../decode/wasm-fixtures.ts';

function resolutionFixture(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/resolution/${name}`, import.meta.url));
}

async function densityOf(bytes: Uint8Array, recipe: RecipeOptions = {}) {
  return readDensity((await toGrayscale(bytes, recipe)).bytes);
}

const rows = Uint8Array.from({ length: 12 }, (_, i) => i * 20);
const densityChunk = (x: number, y: number, unit = 1): [string, Uint8Array] => [
  'pHYs',
  joined(be32(x, y), [unit]),
];

function grayPng(...chunks: [string, Uint8Array][]): Buffer {
  return buildPng({ width: 4, height: 3, colourType: 'gray', rows, chunks });
}

/** 300 dots across and 150 down; 300 / 0.0254 = 11811.02. */
const perMetre = { x: 11_811, y: 5_906, unit: 1 };

/** The layout of a TIFF: resolution, unit, and an orientation. */
function exif({ x = 300, y = 150, by = 1, unit = 2, orientation = 1 } = {}): Buffer {
  const fractionsAt = 8 + 2 + 4 * 12 + 4;
  return joined(
    joined('MM\0*', be32(8), be16(4)),
    joined(be16(274, 3), be32(1), be16(orientation, 0)),
    joined(be16(282, 5), be32(1, fractionsAt)),
    joined(be16(283, 5), be32(1, fractionsAt + 8)),
    joined(be16(296, 3), be32(1), be16(unit, 0)),
    be32(0, x, by, y, by),
  );
}

function jp2With(...boxes: Buffer[]): Buffer {
  const file = fixture('rgb.jp2');
  const at = file.indexOf('jp2h', 0, 'latin1') - 4;
  const end = at + file.readUInt32BE(at);
  const header = box('jp2h', file.subarray(at + 8, end), box('res ', ...boxes));
  return Buffer.concat([file.subarray(0, at), header, file.subarray(end)]);
}

/** 300 dpi are 11811 per metre: 11811/1 across and 59055/10 down; the vertical one comes first. */
const capture = box('resc', be16(59_055, 10, 11_811, 1), Buffer.of(0, 0));
const display = box('resd', be16(2, 1, 2, 1), Buffer.of(3, 3));

const plainAvif = await sharp(photoLikePng()).avif().toBuffer();

function heicWithExif(turn: number): Buffer {
  const { hvcC, data } = codedImage(fixture('tile-rgb.heic'));
  return withExif({ type: 'hvc1', data, properties: [hvcC, property.size(80, 64)] }, turn, 'heic');
}

function avifWithExif(turn: number): Buffer {
  return withExif(codedAvif(plainAvif, 64, 48), turn, 'avif');
}

function withExif(image: HeifPart, turn: number, brand: 'heic' | 'avif'): Buffer {
  const properties = [...(image.properties ?? []), property.turn(turn)];
  const item = { type: 'Exif', data: joined(be32(6), 'Exif\0\0', exif()) };
  return buildHeif({
    items: [{ ...image, properties }, item],
    brand,
    references: [['cdsc', 2, [1]]],
  });
}

const psd = buildPsd({
  width: 2,
  height: 1,
  mode: 'gray',
  channels: [Uint8Array.of(10, 20)],
  // Fixed-point numbers per inch, although centimetres are displayed.
  resources: [
    joined(
      '8BIM',
      be16(1005),
      [0, 0],
      be32(16),
      be32(300 * 65_536),
      be16(2, 2),
      be32(150 * 65_536),
      be16(2, 2),
    ),
  ],
});

const plainTiff = await sharp(photoLikePng()).tiff({ compression: 'lzw' }).toBuffer();
const plainJpeg = await sharp(photoLikePng()).jpeg().toBuffer();

describe('resolution of the source', () => {
  test.each<[string, Uint8Array, object]>([
    ['JFIF', resolutionFixture('jfif.jpg'), perMetre],
    [
      'EXIF of a JPEG, turned a quarter',
      resolutionFixture('exif-turned.jpg'),
      { x: 5_906, y: 11_811, unit: 1 },
    ],
    ['pHYs', resolutionFixture('300.png'), perMetre],
    ['EXIF of a PNG', grayPng(['eXIf', exif()]), perMetre],
    [
      'pHYs rather than EXIF',
      grayPng(['eXIf', exif()], densityChunk(7, 9)),
      { x: 7, y: 9, unit: 1 },
    ],
    ['TIFF, inches', resolutionFixture('inch.tif'), perMetre],
    ['TIFF, centimetres', resolutionFixture('centimetre.tif'), { x: 11_850, y: 4_000, unit: 1 }],
    ['BMP', resolutionFixture('300.bmp'), perMetre],
    ['EXIF of a WebP', resolutionFixture('exif.webp'), perMetre],
    ['EXIF of an AVIF', resolutionFixture('exif.avif'), perMetre],
    ['EXIF of an AVIF that is turned', avifWithExif(1), { x: 5_906, y: 11_811, unit: 1 }],
    ['EXIF of a HEIC', heicWithExif(0), perMetre],
    ['EXIF of a HEIC that is turned', heicWithExif(1), { x: 5_906, y: 11_811, unit: 1 }],
    [
      'EXIF of a JPEG XL',
      Buffer.concat([fixture('rgb-container.jxl'), box('Exif', be32(0), exif())]),
      perMetre,
    ],
    ['JPEG 2000, capture', jp2With(display, capture), perMetre],
    ['JPEG 2000, display', jp2With(display), { x: 2_000, y: 2_000, unit: 1 }],
    ['PSD', psd, perMetre],
    ['TIFF of 12 bits', withResolution(fixture('rare/gray-12bit.tif'), 300, 150), perMetre],
    ['DNG', withResolution(fixture('rare/bayer.dng'), 300, 150), perMetre],
    [
      'DNG, turned a quarter',
      withResolution(fixture('rare/bayer-turned.dng'), 300, 150),
      { x: 5_906, y: 11_811, unit: 1 },
    ],
  ])('is kept: %s', async (_, bytes, expected) => {
    expect(await densityOf(bytes)).toEqual(expected);
    expect(await densityOf(bytes, { compressionLevel: 6 })).toEqual(expected);
  });

  test.each<[string, Uint8Array]>([
    ['JPEG', plainJpeg],
    ['PNG', grayPng()],
    ['PNG, ratio of the sides only', grayPng(densityChunk(2, 1, 0))],
    ['PNG, placeholder of libvips', grayPng(densityChunk(1_000, 1_000))],
    ['TIFF, placeholder of libvips', plainTiff],
    ['PNG, zero', grayPng(densityChunk(0, 0))],
    ['PNG, truncated', grayPng(['pHYs', Buffer.alloc(3)])],
    ['EXIF without unit', grayPng(['eXIf', exif({ unit: 1 })])],
    ['EXIF divided by zero', grayPng(['eXIf', exif({ x: 0 })])],
    ['TIFF', stripTiff({ width: 2, height: 1, photometric: 1, bits: 8, samples: [1, 2] })],
  ])('stays absent: %s', async (_, bytes) => {
    for (const recipe of [
      {},
      { compressionLevel: 6 },
      { format: 'jpeg' },
      { format: 'tiff' },
    ] as const) {
      const { bytes: output, losses } = await toGrayscale(bytes, recipe);
      expect(readDensity(output), JSON.stringify(recipe)).toBeUndefined();
      expect(losses).toEqual([]);
      expect((await sharp(output).metadata()).format).toBe(recipe.format ?? 'png');
    }
  });

  test('is not turned with `orientation: ignore`', async () => {
    const turned = resolutionFixture('exif-turned.jpg');
    expect(await densityOf(turned, { orientation: 'ignore' })).toEqual(perMetre);
    expect(await densityOf(turned, { compat: 'pillow' })).toEqual(perMetre);
  });
});

describe('resolution of the output', () => {
  test.each<[string, RecipeOptions, object]>([
    ['inch.tif', { format: 'jpeg' }, { x: 300, y: 150, unit: 1 }],
    // 118.5 and 40 per centimetre are 300.99 and 101.6 per inch.
    ['centimetre.tif', { format: 'jpeg' }, { x: 301, y: 102, unit: 1 }],
    ['300.png', { format: 'jpeg' }, { x: 300, y: 150, unit: 1 }],
    ['inch.tif', { format: 'tiff' }, { x: 300, y: 150, unit: 2 }],
    ['centimetre.tif', { format: 'tiff' }, { x: 118.5, y: 40, unit: 3 }],
    ['jfif.jpg', { format: 'tiff', depth: '16' }, { x: 300, y: 150, unit: 2 }],
  ])('%s as %o', async (name, recipe, expected) => {
    const { bytes, losses } = await toGrayscale(resolutionFixture(name), recipe);
    expect(readDensity(bytes)).toEqual(expected);
    expect(losses).toEqual([]);
  });

  test('counts as bytes of the output', async () => {
    const source = resolutionFixture('jfif.jpg');
    for (const format of ['png', 'jpeg', 'tiff'] as const) {
      const { bytes } = await toGrayscale(source, { format });
      const maxOutputBytes = bytes.length - 1;
      await expect(toGrayscale(source, { format }, { maxOutputBytes })).rejects.toMatchObject({
        code: 'OUTPUT_TOO_LARGE',
      });
    }
  });

  test('is in whole dots per centimetre where these are closer', async () => {
    const density = await densityOf(grayPng(densityChunk(5_000, 300)), { format: 'jpeg' });
    expect(density).toEqual({ x: 50, y: 3, unit: 2 });
  });

  test('of every page of a TIFF is absent if unknown', async () => {
    const page = stripTiff({ width: 2, height: 1, photometric: 1, bits: 8, samples: [1, 2] });
    const { bytes, frames } = await toGrayscale(joinTiffs(page, page), { format: 'tiff' });
    expect(frames).toBe(2);
    const { data } = await sharp(bytes, { pages: -1 })
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([...data]).toEqual([1, 2, 1, 2]);
    // The tag XResolution, and its type.
    expect(Buffer.from(bytes).includes(Buffer.of(26, 1, 5, 0))).toBe(false);
  });

  test.each(['webp', 'avif', 'gif'] as const)('is a loss: %s', async (format) => {
    const { losses } = await toGrayscale(resolutionFixture('300.png'), { format });
    expect(losses).toEqual(['resolution']);
  });

  test('is a loss where the format has no such number', async () => {
    const tooFine = grayPng(densityChunk(2 ** 31 - 1, 2 ** 31 - 1));
    for (const format of ['jpeg', 'tiff'] as const) {
      const { losses } = await toGrayscale(tooFine, { format });
      expect(losses).toEqual(['resolution']);
    }
    const tooCoarse = grayPng(['eXIf', exif({ x: 1, y: 1, by: 1_000 })]);
    for (const format of ['png', 'jpeg', 'tiff'] as const) {
      const { losses, bytes } = await toGrayscale(tooCoarse, { format });
      expect({ losses, density: readDensity(bytes) }).toEqual({ losses: ['resolution'] });
    }
    const { losses, bytes } = await toGrayscale(tooFine);
    expect({ losses, ...readDensity(bytes) }).toEqual({
      losses: [],
      x: 2 ** 31 - 1,
      y: 2 ** 31 - 1,
      unit: 1,
    });
  });
});
