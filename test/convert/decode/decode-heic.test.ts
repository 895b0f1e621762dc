import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { heicDecoder } from '../../../src/convert/decode/heif/decode-heic.ts';
import { buildHeif, codedImage, gridData, type HeifPart, property } from '../../../testing/heif.ts';
import { flipBit } from '../../../testing/images.ts';
import {
  alpha,
  fixture,
  fixtureSize,
  gray,
  gray16,
  grayAlpha,
  largestDifference,
  outcomeOf,
  rejection,
  rgb,
  rgba,
  rgba16,
  samplesOf,
} from './wasm-fixtures.ts';

const { readHeader, decode } = heicDecoder;

/** Assembled test images are larger: heif-enc makes a grid of anything below 64 x 64. */
const tile = { width: 80, height: 64 };
const tileGray = (x: number, y: number) => [x * 2 + y];
const tileRgb = (x: number, y: number) => [x * 3, y * 4, x + y];

const alphaUrn = 'urn:mpeg:mpegB:cicp:systems:auxiliary:alpha';
const grayImage = codedImage(fixture('tile-gray.heic'));
const rgbImage = codedImage(fixture('tile-rgb.heic'));

/** The gray fixture as an item, to which tests add properties. */
function grayItem(...more: Uint8Array[]): HeifPart {
  return {
    type: 'hvc1',
    data: grayImage.data,
    properties: [grayImage.hvcC, property.size(80, 64), ...more],
  };
}

function rgbItem(...more: Uint8Array[]): HeifPart {
  return {
    type: 'hvc1',
    data: rgbImage.data,
    properties: [rgbImage.hvcC, property.size(80, 64), ...more],
  };
}

describe('samples of', () => {
  // RGB goes through YCbCr, so even a lossless encoder rounds.
  test.each([
    ['gray.heic', gray, { channels: 1, depth: 8, hasAlpha: false }, 0],
    ['rgb.heic', rgb, { channels: 3, depth: 8, hasAlpha: false }, 1],
    ['rgba.heic', rgba, { channels: 4, depth: 8, hasAlpha: true }, 1],
    ['gray-alpha.heic', grayAlpha, { channels: 2, depth: 8, hasAlpha: true }, 0],
    ['rgb-420.heic', rgb, { channels: 3, depth: 8, hasAlpha: false }, 14],
    ['gray-10bit.heic', gray16, { channels: 1, depth: 10, hasAlpha: false }, 64],
    ['rgba-10bit.heic', rgba16, { channels: 4, depth: 10, hasAlpha: true }, 192],
  ] as const)('%s', async (name, pixel, facts, tolerance) => {
    const bytes = fixture(name);
    expect(await readHeader(bytes)).toEqual({ ...fixtureSize, pages: 1, ...facts });
    const { pixels, ...decoded } = await decode(bytes);
    expect(decoded).toEqual({ ...fixtureSize, channels: facts.channels });
    expect(pixels.BYTES_PER_ELEMENT).toBe(facts.depth > 8 ? 2 : 1);
    expect(largestDifference(pixels, samplesOf(pixel))).toBeLessThanOrEqual(tolerance);
  });
});

describe('orientation', () => {
  // Written from the EXIF table, independently of the product: where each pixel of the upright image is stored.
  const stored: Record<number, (x: number, y: number) => [x: number, y: number]> = {
    1: (x, y) => [x, y],
    2: (x, y) => [79 - x, y],
    3: (x, y) => [79 - x, 63 - y],
    4: (x, y) => [x, 63 - y],
    5: (x, y) => [y, x],
    6: (x, y) => [y, 63 - x],
    7: (x, y) => [79 - y, 63 - x],
    8: (x, y) => [79 - y, x],
  };

  test.each([
    ['irot 0', [property.turn(0)], 1],
    ['irot 1', [property.turn(1)], 8],
    ['irot 2', [property.turn(2)], 3],
    ['irot 3', [property.turn(3)], 6],
    ['imir 0', [property.mirror(0)], 4],
    ['imir 1', [property.mirror(1)], 2],
    ['irot 1, then imir 0', [property.turn(1), property.mirror(0)], 5],
    ['irot 1, then imir 1', [property.turn(1), property.mirror(1)], 7],
    ['irot 3, then imir 1', [property.turn(3), property.mirror(1)], 5],
    ['irot 2, then imir 0', [property.turn(2), property.mirror(0)], 2],
  ] as const)('%s is applied', async (_, transformations, orientation) => {
    const bytes = buildHeif({ items: [grayItem(...transformations)] });
    const header = await readHeader(bytes);
    expect({ ...header, orientation: header.orientation ?? 1 }).toMatchObject({
      ...tile,
      orientation,
    });
    const upright = orientation >= 5 ? { width: 64, height: 80 } : tile;
    const { pixels, ...decoded } = await decode(bytes);
    expect(decoded).toEqual({ ...upright, channels: 1 });
    const place = stored[orientation];
    expect([...pixels]).toEqual(
      samplesOf((x, y) => tileGray(...(place?.(x, y) ?? [0, 0])), upright),
    );
  });

  test('in the EXIF data is ignored', async () => {
    const exif = Buffer.from(
      '00000000' + '4d4d002a00000008' + '0001' + '011200030000000100060000' + '00000000',
      'hex',
    );
    const items = [grayItem(), { type: 'Exif', data: exif }];
    const bytes = buildHeif({ items, references: [['cdsc', 2, [1]]] });
    expect(await readHeader(bytes)).not.toHaveProperty('orientation');
    expect([...(await decode(bytes)).pixels]).toEqual(samplesOf(tileGray, tile));
  });

  test('a crop is applied, and the header reports the stored size', async () => {
    const bytes = buildHeif({ items: [grayItem(property.crop(10, 6))] });
    expect(await readHeader(bytes)).toMatchObject(tile);
    const { pixels, ...decoded } = await decode(bytes);
    expect(decoded).toEqual({ width: 10, height: 6, channels: 1 });
    expect([...pixels]).toEqual(
      samplesOf((x, y) => tileGray(x + 35, y + 29), { width: 10, height: 6 }),
    );
  });
});

describe('a file of several items', () => {
  test('has one page per image, and its primary image is decoded', async () => {
    const items = [grayItem(), rgbItem(), grayItem(property.turn(1))];
    const bytes = buildHeif({ items, primary: 2 });
    expect(await readHeader(bytes)).toMatchObject({ pages: 3, channels: 3 });
    expect(
      largestDifference((await decode(bytes)).pixels, samplesOf(tileRgb, tile)),
    ).toBeLessThanOrEqual(1);
  });

  test('does not count thumbnails as pages', async () => {
    const bytes = fixture('two-with-thumbnails.heic');
    expect(await readHeader(bytes)).toMatchObject({ pages: 2, channels: 1 });
    expect(await decode(bytes)).toMatchObject(fixtureSize);
  });

  test.each([
    ['a hidden image', [{ ...grayItem(), isHidden: true }], []],
    [
      'a gain map',
      [grayItem(property.auxiliary('urn:com:apple:photo:2020:aux:hdrgainmap'))],
      'auxl',
    ],
    ['a thumbnail', [grayItem()], 'thmb'],
    ['EXIF', [{ type: 'Exif', data: Buffer.alloc(8) }], 'cdsc'],
  ] as const)('has one page where the other is %s', async (_, others, type) => {
    const references: [string, number, number[]][] =
      typeof type === 'string' ? [[type, 2, [1]]] : [];
    const bytes = buildHeif({ items: [rgbItem(), ...others], references });
    expect(await readHeader(bytes)).toMatchObject({ pages: 1, channels: 3, hasAlpha: false });
    expect((await decode(bytes)).channels).toBe(3);
  });

  test('may use one of them as the alpha of another', async () => {
    const items = [rgbItem(), grayItem(property.auxiliary(alphaUrn))];
    const bytes = buildHeif({ items, references: [['auxl', 2, [1]]] });
    expect(await readHeader(bytes)).toMatchObject({ pages: 1, channels: 4, hasAlpha: true });
    const { pixels, channels } = await decode(bytes);
    expect(channels).toBe(4);
    expect([...pixels.filter((_, i) => i % 4 === 3)]).toEqual(samplesOf(tileGray, tile));
  });

  test('whose colours are premultiplied by alpha is unpremultiplied', async () => {
    const white = await decode(
      buildHeif({
        items: [grayItem(), grayItem(property.auxiliary(alphaUrn))],
        references: [
          ['auxl', 2, [1]],
          ['prem', 1, [2]],
        ],
      }),
    );
    expect([...white.pixels]).toEqual(
      samplesOf((x, y) => [x + y === 0 ? 0 : 255, ...tileGray(x, y)], tile),
    );
  });

  test.each([
    ['fits', { width: 160, height: 128 }],
    ['is cut at the right and below', { width: 141, height: 99 }],
  ])('whose tiles form a grid is assembled when it %s', async (_, size) => {
    const grid = {
      type: 'grid',
      data: gridData({ rows: 2, columns: 2, ...size }),
      properties: [property.size(size.width, size.height), property.turn(2)],
    };
    const part = { ...grayItem(), isHidden: true };
    const bytes = buildHeif({
      items: [grid, part, part, part, part],
      references: [['dimg', 1, [2, 3, 4, 5]]],
    });
    expect(await readHeader(bytes)).toMatchObject({ ...size, pages: 1, channels: 1, depth: 8 });
    const { pixels, ...decoded } = await decode(bytes);
    expect(decoded).toEqual({ ...size, channels: 1 });
    const { width, height } = size;
    const turned = samplesOf((x, y) => tileGray((width - 1 - x) % 80, (height - 1 - y) % 64), size);
    expect([...pixels]).toEqual(turned);
  });
});

describe('colour information is returned:', () => {
  test('from a profile', async () => {
    const icc = Buffer.alloc(200, 'profile');
    const { icc: read } = await readHeader(buildHeif({ items: [rgbItem(property.profile(icc))] }));
    expect(Buffer.from(read ?? [])).toEqual(icc);
  });

  test('from the number of Display P3', async () => {
    const bytes = buildHeif({ items: [rgbItem(property.colours(12, 13))] });
    expect(await readHeader(bytes)).toMatchObject({ cicp: { primaries: 12, transfer: 13 } });
  });

  test('from the first tile when the grid has none', async () => {
    const size = { width: 24, height: 16 };
    const grid = {
      type: 'grid',
      data: gridData({ rows: 1, columns: 1, ...size }),
      properties: [property.size(24, 16)],
    };
    const items = [grid, { ...rgbItem(property.colours(9, 16)), isHidden: true }];
    const bytes = buildHeif({ items, references: [['dimg', 1, [2]]] });
    expect(await readHeader(bytes)).toMatchObject({ cicp: { primaries: 9, transfer: 16 } });
  });
});

describe('an unsupported variant is named:', () => {
  test.each([
    ['another codec', { ...grayItem(), type: 'vvc1' }, 'one coded with VVC (vvc1)'],
    ['AV1', { ...grayItem(), type: 'av01' }, 'one coded with AV1 (av01)'],
    ['something else', { ...grayItem(), type: 'zzzz' }, 'an item of type zzzz'],
  ])('%s', async (_, item, variant) => {
    const bytes = buildHeif({ items: [item] });
    for (const rejected of [await rejection(readHeader(bytes)), await rejection(decode(bytes))]) {
      expect(rejected).toMatchObject({
        name: 'ConversionError',
        code: 'UNSUPPORTED_FORMAT',
        message: expect.stringContaining(`received ${variant}.`),
      });
    }
  });

  test('a sequence without a still image', async () => {
    const bytes = Buffer.from('\0\0\0\x10ftyphevc\0\0\0\0\0\0\0\x08moov', 'latin1');
    expect(await rejection(readHeader(bytes))).toMatchObject({ code: 'UNSUPPORTED_FORMAT' });
  });
});

const whole = [
  'gray.heic',
  'rgb-420.heic',
  'rgba.heic',
  'gray-10bit.heic',
  'two-with-thumbnails.heic',
];

describe.each(whole)('%s', (name) => {
  const bytes = fixture(name);

  test('is rejected wherever it is truncated', async () => {
    // The last bytes of the second file belong to a thumbnail.
    const needed = name.startsWith('two') ? Math.floor(bytes.length / 2) : bytes.length;
    const steps = Array.from({ length: 60 }, (_, i) => Math.floor((i * needed) / 60));
    for (const length of [...steps, needed - 2, needed - 1]) {
      const rejected = await rejection(decode(bytes.subarray(0, length)));
      expect([length, rejected]).toEqual([
        length,
        expect.objectContaining({ name: 'ConversionError', code: 'CORRUPT_IMAGE' }),
      ]);
    }
  });

  test('with any bit changed is decoded or rejected, the same each time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (position) => {
        const flipped = flipBit(bytes, position);
        expect(await outcomeOf(heicDecoder, flipped)).toEqual(
          await outcomeOf(heicDecoder, flipped),
        );
      }),
      { numRuns: 60, seed: 5 },
    );
  });
});

test.each(whole.filter((name) => !name.startsWith('two')))(
  '%s is rejected when its pixel data is zero in part',
  async (name) => {
    const bytes = fixture(name);
    const used = codedImage(bytes).data;
    const at = Buffer.from(bytes).indexOf(used);
    for (const share of [0.3, 0.6, 0.9]) {
      const zeroed = Buffer.from(bytes);
      const start = at + Math.floor(used.length * share);
      zeroed.fill(0, start, Math.min(start + 40, at + used.length));
      expect(await rejection(decode(zeroed))).toMatchObject({ code: 'CORRUPT_IMAGE' });
    }
  },
);

test('any bytes at all are rejected', async () => {
  const start = Buffer.from('\0\0\0\x10ftypheic\0\0\0\0', 'latin1');
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (tail) => {
      expect(await outcomeOf(heicDecoder, Buffer.concat([start, tail]))).toEqual(
        expect.any(String),
      );
    }),
    { numRuns: 200, seed: 5 },
  );
});

describe('a decompression bomb', () => {
  test('shows its size in the header', async () => {
    const { hvcC, data } = grayImage;
    const properties = [hvcC, property.size(60_000, 60_000)];
    const bytes = buildHeif({ items: [{ type: 'hvc1', data, properties }] });
    expect(await readHeader(bytes)).toMatchObject({ width: 60_000, height: 60_000 });
  });

  test.each([
    ['an image', { ...grayItem(), properties: [grayImage.hvcC, property.size(4, 4)] }, []],
    [
      'a grid',
      {
        type: 'grid',
        data: gridData({ rows: 1, columns: 1, width: 60_000, height: 60_000 }),
        properties: [property.size(24, 16)],
      },
      [['dimg', 1, [2]]],
    ],
  ] as const)('that hides it is rejected: %s', async (_, item, references) => {
    const hidden = { ...grayItem(), isHidden: true };
    const parts = {
      items: [item, hidden],
      references: references.map(([t, f, to]) => [t, f, [...to]]),
    };
    const bytes = buildHeif(parts as Parameters<typeof buildHeif>[0]);
    expect((await readHeader(bytes)).width).toBeLessThan(100);
    expect(await rejection(decode(bytes))).toMatchObject({ code: 'CORRUPT_IMAGE' });
  });

  test('with very many references is rejected immediately', async () => {
    const references = Array.from({ length: 20_000 }, (): [string, number, number[]] => [
      'dimg',
      1,
      [1],
    ]);
    const bytes = buildHeif({ items: [grayItem()], references });
    const startedAt = performance.now();
    expect(await rejection(readHeader(bytes))).toMatchObject({ code: 'CORRUPT_IMAGE' });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  test('with an item that refers to itself is rejected', async () => {
    const item = { type: 'iden', properties: [property.size(24, 16)] };
    const bytes = buildHeif({ items: [item], references: [['dimg', 1, [1]]] });
    expect(await rejection(decode(bytes))).toMatchObject({ code: 'UNSUPPORTED_FORMAT' });
  });
});

test('two concurrent decodes do not affect each other', async () => {
  const both = await Promise.all([
    decode(fixture('gray.heic')),
    decode(fixture('gray-alpha.heic')),
  ]);
  expect(both.map(({ pixels }) => [...pixels])).toEqual([samplesOf(gray), samplesOf(grayAlpha)]);
  expect(samplesOf(alpha)).not.toEqual(samplesOf(gray));
});

test('many consecutive decodes leak no memory', async () => {
  const bytes = fixture('rgba.heic');
  const afterSome = await rssAfter(10, bytes);
  const afterMore = await rssAfter(100, bytes);
  // An instance has 17 MB, so without releasing them this would take 1.7 GB.
  expect(afterMore - afterSome).toBeLessThan(500 * 2 ** 20);
});

async function rssAfter(count: number, bytes: Uint8Array): Promise<number> {
  for (let i = 0; i < count; i++) await decode(bytes);
  return process.memoryUsage.rss();
}
