import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tga } from '../../../src/convert/decode/tga/decode-tga.ts';
import { joined, le16, packed } from '../../../testing/byte-parts.ts';
import { buildTga, type TgaParts, tgaFooter } from '../../../testing/tga.ts';
import { anyImages, outcomeOf, rowsOf, testFileDecoder } from './file-decoder.contract.ts';

const small = { width: 2, height: 2 };
const map = { bits: 24, colours: Buffer.of(1, 2, 3, 4, 5, 6) };
const topDown = 0x20;
const mirrored = 0x10;

testFileDecoder(tga, [
  ['24 bits', buildTga({ ...small, type: 2, bits: 24, pixels: Buffer.alloc(12, 9) })],
  [
    '24 bits in packets',
    buildTga({ ...small, type: 10, bits: 24, pixels: Buffer.from('abcabcdefxyz') }),
  ],
  [
    '32 bits',
    buildTga({ ...small, type: 2, bits: 32, descriptor: 8, pixels: Buffer.alloc(16, 9) }),
  ],
  [
    '16 bits',
    buildTga({ ...small, type: 2, bits: 16, descriptor: 1, pixels: Buffer.alloc(8, 99) }),
  ],
  [
    'a colour map',
    buildTga({ ...small, type: 1, bits: 8, map, pixels: Buffer.of(0, 1, 1, 0), id: 'me' }),
  ],
  ['gray', buildTga({ ...small, type: 3, bits: 8, pixels: Buffer.of(1, 2, 3, 4) })],
  ['gray in packets', buildTga({ ...small, type: 11, bits: 8, pixels: Buffer.of(1, 1, 3, 4) })],
  ['gray of 1 bit', buildTga({ ...small, type: 3, bits: 1, pixels: Buffer.of(0x80, 0x40) })],
]);

interface Variant {
  types: readonly [plain: number, packed: number];
  bits: number;
  descriptor?: number;
  /** From a pixel of the image to its bytes in the file, and to the expected samples. */
  stored(pixel: number[]): readonly number[];
  expected?(pixel: number[]): readonly number[];
  channels: number;
  max?: number;
  map?: TgaParts['map'];
}

const five = (value: number) => Math.floor((value * 255) / 31);
const fiveBitPixel = ([red = 0, green = 0, blue = 0, alpha = 0]: number[]) => [
  ...le16(((alpha & 1) << 15) | (red << 10) | (green << 5) | blue),
];
const colourMap = Buffer.from(Array.from({ length: 256 }, (_, i) => [i, 255 - i, 7]).flat());

const variants: [name: string, variant: Variant][] = [
  ['24 bits', { types: [2, 10], bits: 24, channels: 3, stored: (rgb) => rgb.toReversed() }],
  [
    '32 bits',
    {
      ...{ types: [2, 10], bits: 32, descriptor: 8, channels: 4 },
      stored: ([red = 0, green = 0, blue = 0, alpha = 0]) => [blue, green, red, alpha],
    },
  ],
  [
    '15 bits',
    {
      ...{ types: [2, 10], bits: 15, channels: 3, max: 31 },
      stored: fiveBitPixel,
      expected: (rgb) => rgb.map(five),
    },
  ],
  [
    '16 bits without alpha',
    {
      ...{ types: [2, 10], bits: 16, channels: 3, max: 31 },
      stored: (rgb) => fiveBitPixel([...rgb, 1]),
      expected: (rgb) => rgb.map(five),
    },
  ],
  [
    '16 bits with alpha',
    {
      ...{ types: [2, 10], bits: 16, descriptor: 1, channels: 4, max: 31 },
      stored: fiveBitPixel,
      expected: (rgba) => rgba.map((n, i) => (i < 3 ? five(n) : (n & 1) * 255)),
    },
  ],
  ['gray', { types: [3, 11], bits: 8, channels: 1, stored: (gray) => gray }],
  [
    'gray with alpha',
    { types: [3, 11], bits: 16, descriptor: 8, channels: 2, stored: (pair) => pair },
  ],
  [
    'a colour map',
    {
      ...{ types: [1, 9], bits: 8, channels: 1, map: { bits: 24, colours: colourMap } },
      stored: (index) => index,
      expected: ([index = 0]) => [7, 255 - index, index],
    },
  ],
];

describe.each(variants)('pixels of %s are decoded', (_, variant) => {
  const { types, bits, descriptor = 0, channels, max = 255 } = variant;

  test.each<[direction: string, flags: number, turn: (rows: number[][][]) => number[][][]]>([
    ['from bottom left', 0, (rows) => rows.toReversed()],
    ['from top left', topDown, (rows) => rows],
    ['from bottom right', mirrored, (rows) => rows.toReversed().map((row) => row.toReversed())],
    ['from top right', topDown | mirrored, (rows) => rows.map((row) => row.toReversed())],
  ])('%s, plain and run-length encoded', (_, flags, turn) => {
    fc.assert(
      fc.property(anyImages({ channels, max }), fc.constantFrom(...types), (image, type) => {
        const pixels = rowsOf(image, channels).map((row) =>
          rowsOf({ ...image, width: 1, samples: row }, channels),
        );
        const file = {
          ...{ width: image.width, height: image.height, type, bits },
          descriptor: descriptor | flags,
          pixels: Buffer.from(
            turn(pixels)
              .flat()
              .flatMap((pixel) => [...variant.stored(pixel)]),
          ),
          ...(variant.map && { map: variant.map }),
        };
        const expected = pixels.flat().flatMap((pixel) => variant.expected?.(pixel) ?? pixel);
        expect([...tga.decode(buildTga(file)).pixels]).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});

test('1-bit pixels are decoded', () => {
  fc.assert(
    fc.property(anyImages({ max: 1 }), (image) => {
      const pixels = joined(
        ...rowsOf(image)
          .toReversed()
          .map((row) => packed(row, 1)),
      );
      const { width, height } = image;
      const file = buildTga({ width, height, type: 3, bits: 1, pixels });
      expect([...tga.decode(file).pixels]).toEqual(image.samples.map((bit) => bit * 255));
    }),
  );
});

describe('an alpha that the header does not declare', () => {
  const file = (...pixels: number[]) =>
    buildTga({ width: 2, height: 1, type: 2, bits: 32, pixels: Buffer.from(pixels) });

  test('is used', () => {
    expect([...tga.decode(file(1, 2, 3, 0, 4, 5, 6, 7)).pixels]).toEqual([3, 2, 1, 0, 6, 5, 4, 7]);
  });

  test('is ignored when it is zero throughout', () => {
    const { pixels } = tga.decode(file(1, 2, 3, 0, 4, 5, 6, 0));
    expect([...pixels]).toEqual([3, 2, 1, 255, 6, 5, 4, 255]);
  });

  test('is ignored in a colour map too', () => {
    const map = { bits: 32, colours: Buffer.of(1, 2, 3, 0) };
    const mapped = { width: 1, height: 1, type: 1, bits: 8, map, pixels: Buffer.of(0) };
    expect([...tga.decode(buildTga(mapped)).pixels]).toEqual([3, 2, 1, 255]);
    expect([...tga.decode(buildTga({ ...mapped, descriptor: 8 })).pixels]).toEqual([3, 2, 1, 0]);
  });
});

test('a colour map has alpha if any of its colours has, used or not', () => {
  const map = { bits: 32, colours: Buffer.of(1, 2, 3, 0, 4, 5, 6, 9) };
  const file = buildTga({ width: 1, height: 1, type: 1, bits: 8, map, pixels: Buffer.of(0) });
  expect([...tga.decode(file).pixels]).toEqual([3, 2, 1, 0]);
});

test('colours before the start of a colour map with alpha are opaque', () => {
  const map = { first: 1, bits: 32, colours: Buffer.of(1, 2, 3, 4) };
  const file = buildTga({ width: 2, height: 1, type: 1, bits: 8, map, pixels: Buffer.of(0, 1) });
  expect([...tga.decode(file).pixels]).toEqual([0, 0, 0, 255, 3, 2, 1, 4]);
});

test('a colour map may begin at a later index; the colours before it are black', () => {
  const later = { ...map, first: 2 };
  const file = buildTga({
    width: 3,
    height: 1,
    type: 1,
    bits: 8,
    map: later,
    pixels: Buffer.of(3, 2, 1),
  });
  expect([...tga.decode(file).pixels]).toEqual([6, 5, 4, 3, 2, 1, 0, 0, 0]);
});

describe('the second version', () => {
  test('is detected by its footer, with any header', () => {
    const file = joined(Buffer.alloc(18, 255), tgaFooter());
    expect(tga.matches(file)).toBe(true);
    expect(outcomeOf(tga, file)).toMatchObject({ code: 'UNSUPPORTED_FORMAT' });
  });

  test('decodes like the first', () => {
    const file = buildTga({ ...small, type: 2, bits: 24, pixels: Buffer.alloc(12, 9) });
    expect(tga.decode(joined(file, tgaFooter()))).toEqual(tga.decode(file));
  });
});

describe('the first version is not detected with', () => {
  const good = buildTga({ ...small, type: 2, bits: 24, pixels: Buffer.alloc(12, 9) });

  test.each<[what: string, at: number, value: number]>([
    ['a colour map that no index needs', 1, 1],
    ['an unknown type', 2, 4],
    ['a map that is not there', 2, 1],
    ['a first colour of no map', 3, 1],
    ['a length of no map', 5, 1],
    ['a depth of no map', 7, 9],
    ['no width', 12, 0],
    ['no height', 14, 0],
    ['an unknown depth', 16, 23],
    ['too many bits of alpha', 17, 9],
    ['interleaved rows', 17, 0x40],
  ])('%s', (_, at, value) => {
    expect(tga.matches(good)).toBe(true);
    const changed = Buffer.from(good);
    changed[at] = value;
    expect(tga.matches(changed)).toBe(false);
  });
});

describe('is rejected:', () => {
  const plain = { ...small, type: 2, bits: 24, pixels: Buffer.alloc(12, 9) };

  test.each<[what: string, file: Uint8Array, code: string, message: string]>([
    [
      'a size that the file cannot hold',
      buildTga({ ...plain, width: 60_000, height: 60_000 }),
      'CORRUPT_IMAGE',
      'Expected 10800000000 bytes of pixel data at byte 18 but the file ends after 30.',
    ],
    [
      'a size that no packets can give',
      buildTga({ ...plain, type: 10, width: 60_000, height: 60_000 }),
      'CORRUPT_IMAGE',
      'Expected 112500000 bytes of run-length encoded pixels at byte 18',
    ],
    [
      'a packet that is too long',
      buildTga({ width: 3, height: 1, type: 11, bits: 8, pixels: Buffer.alloc(4, 9) }),
      'CORRUPT_IMAGE',
      'Expected 3 more pixels but the packet at byte 18 has 4.',
    ],
    [
      'an index without a colour',
      buildTga({ width: 1, height: 1, type: 1, bits: 8, map, pixels: Buffer.of(2) }),
      'CORRUPT_IMAGE',
      'Expected colour indexes below 2 but a pixel has 2.',
    ],
    ['no colour map', buildTga({ ...plain, type: 1, bits: 8 }), 'CORRUPT_IMAGE', 'a colour map'],
    ['no image', buildTga({ ...plain, type: 0 }), 'CORRUPT_IMAGE', 'declares none'],
    ['Huffman coding', buildTga({ ...plain, type: 32 }), 'UNSUPPORTED_FORMAT', 'TGA of type 32'],
    [
      'indexes of 16 bits',
      buildTga({ ...plain, type: 1, bits: 16, map }),
      'UNSUPPORTED_FORMAT',
      'TGA of type 1 with 16 bits per pixel',
    ],
    [
      'interleaved rows',
      buildTga({ ...plain, descriptor: 0x80 }),
      'UNSUPPORTED_FORMAT',
      'TGA with interleaved rows',
    ],
    [
      'a colour map of 8 bits',
      buildTga({ ...plain, type: 1, bits: 8, map: { bits: 8, colours: Buffer.of(1) } }),
      'UNSUPPORTED_FORMAT',
      'a colour map of 8 bits',
    ],
  ])('%s', (_, file, code, message) => {
    expect(outcomeOf(tga, file)).toMatchObject({ code, message: expect.stringContaining(message) });
  });
});
