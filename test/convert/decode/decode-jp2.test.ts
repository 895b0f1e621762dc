import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jp2Decoder } from '../../../src/convert/decode/jp2/decode-jp2.ts';
import { box, u16, u32 } from '../../../testing/heif.ts';
import { flipBit } from '../../../testing/images.ts';
import {
  fixture,
  fixtureSize,
  gray,
  gray16,
  grayAlpha,
  largestDifference,
  outcomeOf,
  rejection,
  rgb,
  rgb16,
  rgba,
  rgba16,
  samplesOf,
  seenThrough,
} from './wasm-fixtures.ts';

const { readHeader, decode } = jp2Decoder;
const srgb = { primaries: 1, transfer: 13 };

describe('samples of', () => {
  test.each([
    ['gray.jp2', gray, { channels: 1, depth: 8, hasAlpha: false }, 0],
    ['rgb.jp2', rgb, { channels: 3, depth: 8, hasAlpha: false }, 0],
    ['rgba.jp2', rgba, { channels: 4, depth: 8, hasAlpha: true }, 0],
    ['gray-alpha.jp2', grayAlpha, { channels: 2, depth: 8, hasAlpha: true }, 0],
    ['gray16.jp2', gray16, { channels: 1, depth: 16, hasAlpha: false }, 0],
    ['rgba16.jp2', rgba16, { channels: 4, depth: 16, hasAlpha: true }, 0],
    ['rgb-tiles.jp2', rgb, { channels: 3, depth: 8, hasAlpha: false }, 0],
    ['rgb.j2k', rgb, { channels: 3, depth: 8, hasAlpha: false }, 0],
    ['rgb16.j2k', rgb16, { channels: 3, depth: 16, hasAlpha: false }, 0],
    ['rgb-offset.j2k', rgb, { channels: 3, depth: 8, hasAlpha: false }, 0],
    ['rgb-layers.j2k', rgb, { channels: 3, depth: 8, hasAlpha: false }, 0],
    ['rgb-lossy.jp2', rgb, { channels: 3, depth: 8, hasAlpha: false }, 13],
    // Through YCbCr and back, each step rounded.
    ['ycc.jp2', rgb, { channels: 3, depth: 8, hasAlpha: false }, 2],
  ] as const)('%s', async (name, pixel, facts, tolerance) => {
    const bytes = fixture(name);
    const { extraBytes, ...header } = await readHeader(bytes);
    expect(header).toEqual({ ...fixtureSize, pages: 1, cicp: srgb, ...facts });
    const { pixels, ...decoded } = await decode(bytes);
    expect(decoded).toEqual({ ...fixtureSize, channels: facts.channels });
    expect(pixels.BYTES_PER_ELEMENT).toBe(facts.depth > 8 ? 2 : 1);
    expect(largestDifference(pixels, samplesOf(pixel))).toBeLessThanOrEqual(tolerance);
  });

  test('a bare codestream uses its second or fourth component as alpha', async () => {
    const bytes = codestreamOf('rgba.jp2');
    expect(await readHeader(bytes)).toMatchObject({ channels: 4, hasAlpha: true });
    expect([...(await decode(bytes)).pixels]).toEqual(samplesOf(rgba));
  });

  test('colours are returned in order, however the components are ordered', async () => {
    const definitions = [u16(3), ...[0, 0, 3, 1, 0, 2, 2, 0, 1].map(u16)];
    const bytes = jp2(codestreamOf('rgb.jp2'), [colours(16), box('cdef', ...definitions)]);
    const reversed = samplesOf((x, y) => rgb(x, y).reverse());
    expect([...(await decode(bytes)).pixels]).toEqual(reversed);
  });

  test('colours premultiplied by alpha are unpremultiplied', async () => {
    const definitions = [u16(4), ...[0, 0, 1, 1, 0, 2, 2, 0, 3, 3, 2, 0].map(u16)];
    const bytes = jp2(codestreamOf('rgba.jp2'), [colours(16), box('cdef', ...definitions)]);
    expect([...(await decode(bytes)).pixels]).toEqual(samplesOf((x, y) => seenThrough(rgba(x, y))));
  });

  test('a palette is resolved to its colours', async () => {
    const entries = Buffer.from(
      Array.from({ length: 256 }, (_, i) => [i, 255 - i, (i * 7) & 255]).flat(),
    );
    const palette = box('pclr', u16(256), Buffer.of(3, 7, 7, 7), entries);
    const mapping = box('cmap', ...[0, 1, 2].map((i) => Buffer.of(0, 0, 1, i)));
    const bytes = jp2(codestreamOf('gray.jp2'), [colours(16), palette, mapping]);
    expect(await readHeader(bytes)).toMatchObject({ channels: 3, depth: 8, hasAlpha: false });
    expect([...(await decode(bytes)).pixels]).toEqual(
      samplesOf((x, y) => gray(x, y).flatMap((i) => [i, 255 - i, (i * 7) & 255])),
    );
  });
});

test('a profile is returned', async () => {
  const icc = Buffer.alloc(200, 'profile');
  icc.write('RGB ', 16);
  const bytes = jp2(codestreamOf('rgb.jp2'), [box('colr', Buffer.of(2, 0, 0), icc)]);
  const header = await readHeader(bytes);
  expect(Buffer.from(header.icc ?? [])).toEqual(icc);
  expect(header).not.toHaveProperty('cicp');
  expect([...(await decode(bytes)).pixels]).toEqual(samplesOf(rgb));
});

describe('an unsupported variant is named:', () => {
  const hsv = Buffer.alloc(200);
  hsv.write('HSV ', 16);

  test.each([
    ['CMYK of three', jp2(codestreamOf('rgb.jp2'), [colours(12)]), '3 colours'],
    ['Lab', jp2(codestreamOf('rgb.jp2'), [colours(14)]), 'CIELab'],
    ['other colours', jp2(codestreamOf('rgb.jp2'), [colours(99)]), 'colours of kind 99'],
    [
      'a profile for HSV',
      jp2(codestreamOf('rgba.jp2'), [box('colr', Buffer.of(2, 0, 0), hsv)]),
      'a profile for HSV',
    ],
    ['subsampled colours', fixture('subsampled.j2k'), 'subsampled colours'],
    ['signed samples', withSize({ 42: 0x87 }), 'signed samples'],
    ['five components', withComponents(5), '5 channels'],
    ['too deep samples', withSize({ 42: 23 }), 'more than 16 bits per sample'],
  ])('%s', async (_, bytes, variant) => {
    for (const rejected of [await rejection(readHeader(bytes)), await rejection(decode(bytes))]) {
      expect(rejected).toMatchObject({
        name: 'ConversionError',
        code: 'UNSUPPORTED_FORMAT',
        message: expect.stringContaining(`received ${variant}.`),
      });
    }
  });
});

describe.each(['gray.jp2', 'rgba16.jp2', 'rgb-tiles.jp2', 'rgb-lossy.jp2', 'rgb.j2k'])(
  '%s',
  (name) => {
    const bytes = fixture(name);

    test('is rejected wherever it is truncated', async () => {
      for (let length = 0; length < bytes.length; length++) {
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
          expect(await outcomeOf(jp2Decoder, flipped)).toEqual(
            await outcomeOf(jp2Decoder, flipped),
          );
        }),
        { numRuns: 80, seed: 5 },
      );
    });
  },
);

test('any bytes at all are rejected', async () => {
  const start = fc
    .constantFrom('\xff\x4f\xff\x51', '\0\0\0\x0cjP  \r\n\x87\n')
    .map((s) => Buffer.from(s, 'latin1'));
  await fc.assert(
    fc.asyncProperty(start, fc.uint8Array({ maxLength: 100 }), async (head, tail) => {
      expect(await outcomeOf(jp2Decoder, Buffer.concat([head, tail]))).toEqual(expect.any(String));
    }),
    { numRuns: 200, seed: 5 },
  );
});

test('a decompression bomb shows its size in the header, taken from the codestream', async () => {
  const side = [...u32(60_000)];
  const sides = Object.fromEntries([...side, ...side].map((byte, i) => [8 + i, byte]));
  const bytes = jp2(withSize(sides), [colours(16)]);
  expect(await readHeader(bytes)).toMatchObject({ width: 60_000, height: 60_000 });
});

test.each([
  [1, 1, 60_000, 1_000],
  [300, 200, 1, 1],
  // Above the maximum number of tiles, and zero tiles: nothing is allocated for either.
  [300, 300, 1, 1],
  [300, 300, 0, 1],
])('extra memory for %d x %d pixels in tiles of %d x %d is known early', async (...size) => {
  const [width, height, across, down] = size;
  const tiles = Math.ceil(width / across) * Math.ceil(height / down);
  const sides = [width, height, 0, 0, across, down].flatMap((side) => [...u32(side)]);
  const bytes = withSize(Object.fromEntries(sides.map((byte, i) => [8 + i, byte])));
  const { extraBytes } = await readHeader(bytes);
  expect(extraBytes).toBe(tiles > 0 && tiles <= 65_535 ? tiles * 15 * 1_024 : 0);
});

test('two concurrent decodes do not affect each other', async () => {
  const both = await Promise.all([decode(fixture('gray.jp2')), decode(fixture('rgba.jp2'))]);
  expect(both.map(({ pixels }) => [...pixels])).toEqual([samplesOf(gray), samplesOf(rgba)]);
});

test('many consecutive decodes leak no memory', async () => {
  const bytes = fixture('rgb.jp2');
  const afterSome = await rssAfter(10, bytes);
  const afterMore = await rssAfter(300, bytes);
  // An instance has 52 MB, of which it touches only a few.
  expect(afterMore - afterSome).toBeLessThan(500 * 2 ** 20);
});

async function rssAfter(count: number, bytes: Uint8Array): Promise<number> {
  for (let i = 0; i < count; i++) await decode(bytes);
  return process.memoryUsage.rss();
}

function codestreamOf(name: string): Buffer {
  const bytes = fixture(name);
  return bytes.subarray(bytes.indexOf('\xff\x4f\xff\x51', 'latin1'));
}

/** A codestream with the given bytes at the given offsets. */
function withSize(changes: Record<number, number>): Buffer {
  const bytes = Buffer.from(fixture('rgb.j2k'));
  for (const [at, byte] of Object.entries(changes)) bytes[Number(at)] = byte;
  return bytes;
}

function withComponents(count: number): Buffer {
  const eachOf8Bits = Buffer.concat(Array.from({ length: count }, () => Buffer.of(7, 1, 1)));
  return Buffer.concat([fixture('rgb.j2k').subarray(0, 40), u16(count), eachOf8Bits]);
}

function colours(kind: number): Buffer {
  return box('colr', Buffer.of(1, 0, 0), u32(kind));
}

function jp2(codestream: Buffer, boxes: Buffer[]): Buffer {
  const [width, height] = [codestream.readUInt32BE(8), codestream.readUInt32BE(12)];
  const count = codestream.readUInt16BE(40);
  const ihdr = box('ihdr', u32(height), u32(width), u16(count), Buffer.of(7, 7, 0, 0));
  return Buffer.concat([
    box('jP  ', u32(0x0d0a870a)),
    box('ftyp', Buffer.from('jp2 \0\0\0\0jp2 ', 'latin1')),
    box('jp2h', ihdr, ...boxes),
    box('jp2c', codestream),
  ]);
}
