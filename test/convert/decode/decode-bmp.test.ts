import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bmp } from '../../../src/convert/decode/bmp/decode-bmp.ts';
import { type BmpParts, bmpRuns, buildBmp } from '../../../testing/bmp.ts';
import { joined, le16, le32, packed } from '../../../testing/byte-parts.ts';
import { anyImages, outcomeOf, rowsOf, testFileDecoder } from './file-decoder.contract.ts';

/** The colour of each index; none is gray. */
const colourOf = (index: number) => [index, (index * 7) & 255, 255 - index];
const paletteOf = (bits: number) => Array.from({ length: 2 ** bits }, (_, i) => colourOf(i));

const small: BmpParts = {
  ...{ width: 2, height: 2, bits: 24 },
  rows: [Buffer.of(1, 2, 3, 4, 5, 6), Buffer.of(7, 8, 9, 10, 11, 12)],
};
const smallRows4 = [
  [1, 1, 1, 1, 2],
  [3, 4, 5, 6, 7],
];
const small16 = { width: 3, height: 2, bits: 16, rows: [le16(1, 2, 3), le16(4, 5, 0x7fff)] };

testFileDecoder(bmp, [
  ['24 bits', buildBmp(small), 2],
  ['the first version', buildBmp({ ...small, headerSize: 12 }), 2],
  [
    'a palette of 1 bit',
    buildBmp({ width: 9, height: 1, bits: 1, palette: paletteOf(1), rows: [Buffer.of(165, 128)] }),
    2,
  ],
  [
    'RLE8',
    buildBmp({
      ...{ width: 5, height: 2, bits: 8, coding: 1, palette: paletteOf(8) },
      data: bmpRuns(smallRows4, { bits: 8, isEnded: false }),
    }),
  ],
  [
    'RLE4',
    buildBmp({
      ...{ width: 5, height: 2, bits: 4, coding: 2, palette: paletteOf(4) },
      data: bmpRuns(smallRows4, { bits: 4, isEnded: false }),
    }),
  ],
  ['16 bits', buildBmp(small16), 2],
  [
    '32 bits with masks in the header',
    buildBmp({
      ...{ width: 1, height: 2, bits: 32, coding: 3, headerSize: 124 },
      masks: [0xff, 0xff00, 0xff0000, 0xff000000],
      rows: [Buffer.of(1, 2, 3, 4), Buffer.of(5, 6, 7, 8)],
    }),
  ],
]);

describe('pixels are decoded from', () => {
  const directions = [
    ['bottom to top', false],
    ['top to bottom', true],
  ] as const;

  describe.each(directions)('%s,', (_, isTopDown) => {
    test.each([1, 2, 4, 8] as const)('a palette of %d bits', (bits) => {
      fc.assert(
        fc.property(anyImages({ max: 2 ** bits - 1 }), ({ width, height, samples }) => {
          const rows = rowsOf({ width, height, samples }).map((row) => packed(row, bits));
          const file = { width, height, bits, rows, palette: paletteOf(bits), isTopDown };
          expect([...bmp.decode(buildBmp(file)).pixels]).toEqual(samples.flatMap(colourOf));
        }),
      );
    });

    test.each([24, 32] as const)('%d bits', (bits) => {
      fc.assert(
        fc.property(anyImages({ channels: 3 }), (image) => {
          const rows = rowsOf(image, 3).map((row) => bgr(row, bits));
          const { pixels } = bmp.decode(buildBmp({ ...image, bits, rows, isTopDown }));
          expect([...pixels]).toEqual(image.samples);
        }),
      );
    });
  });

  test.each([
    ['RLE8', 8, 1],
    ['RLE4', 4, 2],
  ] as const)('%s, with and without its end', (_, bits, coding) => {
    fc.assert(
      fc.property(anyImages({ max: 2 ** bits - 1 }), fc.boolean(), (image, isEnded) => {
        const data = bmpRuns(rowsOf(image), { bits, isEnded });
        const file = { ...image, bits, coding, data, palette: paletteOf(bits) };
        expect([...bmp.decode(buildBmp(file)).pixels]).toEqual(image.samples.flatMap(colourOf));
      }),
    );
  });

  test.each([40, 52, 56, 108, 124])('32 bits with masks and a header of %d bytes', (headerSize) => {
    const hasAlpha = headerSize > 52;
    fc.assert(
      fc.property(anyImages({ channels: 4 }), (image) => {
        const rows = rowsOf(image, 4).map((row) => Buffer.from(row));
        const masks = [0xff, 0xff00, 0xff0000, ...(hasAlpha ? [0xff000000] : [])];
        const file = { ...image, bits: 32, coding: 3, headerSize, masks, rows };
        const expected = image.samples.filter((_, i) => hasAlpha || i % 4 !== 3);
        expect([...bmp.decode(buildBmp(file)).pixels]).toEqual(expected);
      }),
    );
  });
});

function bgr(row: number[], bits: number): Buffer {
  const pixels = Array.from({ length: row.length / 3 }, (_, x) => row.slice(x * 3, x * 3 + 3));
  return joined(...pixels.map((rgb) => [...rgb.toReversed(), ...(bits === 32 ? [99] : [])]));
}

describe('samples of fewer than 8 bits are scaled and rounded down, as in Pillow:', () => {
  test.each<[name: string, masks: number[], pixel: number, rgb: number[]]>([
    ['5-5-5 without masks', [], (1 << 10) | (15 << 5) | 31, [8, 123, 255]],
    ['5-5-5', [0x7c00, 0x3e0, 0x1f], (31 << 10) | (0 << 5) | 30, [255, 0, 246]],
    ['5-6-5', [0xf800, 0x7e0, 0x1f], (16 << 11) | (33 << 5) | 1, [131, 133, 8]],
    ['4-4-4-4', [0xf00, 0xf0, 0xf, 0xf000], 0x7a1f, [170, 17, 255, 119]],
    ['1-5-5-5', [0x7c00, 0x3e0, 0x1f, 0x8000], 0x8000, [0, 0, 0, 255]],
    ['2-3-1', [0x30, 0xe, 0x1], 0b10_101_1, [170, 182, 255]],
    ['no red at all', [0, 0x3e0, 0x1f], 0xffff, [0, 255, 255]],
  ])('%s', (_, masks, pixel, rgb) => {
    const coding = masks.length === 0 ? 0 : masks.length === 3 ? 3 : 6;
    const file = buildBmp({ width: 1, height: 1, bits: 16, coding, masks, rows: [le16(pixel)] });
    expect([...bmp.decode(file).pixels]).toEqual(rgb);
  });

  test('the depth is that of the largest sample', () => {
    const masks = [0xf800, 0x7e0, 0x1f];
    expect(bmp.readHeader(buildBmp({ ...small16, coding: 3, masks })).depth).toBe(6);
    expect(bmp.readHeader(buildBmp(small16)).depth).toBe(5);
    expect(bmp.readHeader(buildBmp(small)).depth).toBe(8);
  });
});

test('32-bit masks that are all zero mean the usual order with alpha', () => {
  const file = { width: 1, height: 1, bits: 32, coding: 3, masks: [0, 0, 0] };
  const { pixels } = bmp.decode(
    buildBmp({ ...file, headerSize: 108, rows: [Buffer.of(1, 2, 3, 4)] }),
  );
  expect([...pixels]).toEqual([3, 2, 1, 4]);
});

test('a palette of grays decodes to one channel', () => {
  const palette = [
    [255, 255, 255],
    [9, 9, 9],
  ];
  const file = buildBmp({ width: 3, height: 1, bits: 1, palette, rows: [Buffer.of(0b010_00000)] });
  expect(bmp.decode(file)).toMatchObject({ channels: 1, pixels: Uint8Array.of(255, 9, 255) });
  expect(bmp.readHeader(file)).toMatchObject({ channels: 1, depth: 1 });
});

test('palette colours that no index can reach do not matter', () => {
  const palette = [...Array(2).fill([5, 5, 5]), [1, 2, 3]];
  const image = { width: 1, height: 1, bits: 1, palette, colours: 3, rows: [Buffer.of(0)] };
  expect(bmp.decode(buildBmp(image))).toMatchObject({ channels: 1, pixels: Uint8Array.of(5) });
});

describe('run-length coding:', () => {
  const rle = (data: number[], { width = 4, height = 2, bits = 8 } = {}) =>
    buildBmp({
      ...{ width, height, bits, coding: bits === 8 ? 1 : 2, data: Buffer.from(data) },
      palette: Array.from({ length: 2 ** bits }, (_, i) => [i, i, i]),
    });

  test.each<[what: string, data: number[], topRow: number[], bottomRow: number[]]>([
    ['an early end leaves colour 0', [2, 5, 0, 1], [0, 0, 0, 0], [5, 5, 0, 0]],
    ['a jump leaves colour 0', [1, 5, 0, 2, 1, 1, 2, 6, 0, 1], [0, 0, 6, 6], [5, 0, 0, 0]],
    ['a jump off the image ends it', [1, 5, 0, 2, 0, 200], [0, 0, 0, 0], [5, 0, 0, 0]],
    ['a run too long for its row is cut', [9, 5, 0, 0, 4, 6], [6, 6, 6, 6], [5, 5, 5, 5]],
    ['literals are padded', [0, 3, 1, 2, 3, 0, 1, 4, 0, 0, 4, 6], [6, 6, 6, 6], [1, 2, 3, 4]],
  ])('%s', (_, data, topRow, bottomRow) => {
    expect([...bmp.decode(rle(data)).pixels]).toEqual([...topRow, ...bottomRow]);
  });

  test('zeros instead of the data are rejected', () => {
    const zeros = [4, 5, 0, 0, ...Array<number>(20).fill(0)];
    expect(() => bmp.decode(rle(zeros))).toThrow(
      expect.objectContaining({ code: 'CORRUPT_IMAGE', message: expect.stringContaining('zeros') }),
    );
  });

  test('runs of 4 bits alternate between two colours', () => {
    const { pixels } = bmp.decode(rle([5, 0x1f], { width: 5, height: 1, bits: 4 }));
    expect([...pixels]).toEqual([1, 15, 1, 15, 1]);
  });
});

describe('the pixels begin', () => {
  const indexed = {
    ...{
      width: 4,
      height: 1,
      bits: 8,
      palette: [
        [1, 2, 3],
        [4, 5, 6],
      ],
      colours: 2,
    },
    rows: [Buffer.of(1, 0, 1, 1)],
  };

  test.each([
    ['nothing is said', 0],
    ['the palette is forgotten', 54],
  ])('after the palette when %s', (_, pixelsAt) => {
    const { pixels } = bmp.decode(buildBmp({ ...indexed, pixelsAt }));
    expect([...pixels.subarray(0, 6)]).toEqual([4, 5, 6, 1, 2, 3]);
  });

  test('where the header says, after any other bytes', () => {
    const file = buildBmp({ ...small, pixelsAt: 60 });
    const withGap = joined(file.subarray(0, 54), Buffer.alloc(6, 77), file.subarray(54));
    expect(bmp.decode(withGap)).toEqual(bmp.decode(buildBmp(small)));
  });
});

describe('is rejected:', () => {
  test.each<[what: string, file: Uint8Array, code: string, message: string]>([
    [
      'an index without a colour',
      buildBmp({
        ...{ width: 1, height: 1, bits: 8, palette: [[1, 2, 3]], colours: 1 },
        rows: [Buffer.of(1)],
      }),
      'CORRUPT_IMAGE',
      'Expected colour indexes below 1 but a pixel has 1.',
    ],
    [
      'a size that the file cannot hold',
      buildBmp({ ...small, width: 30_000, height: 30_000 }),
      'CORRUPT_IMAGE',
      'Expected 2700000000 bytes of pixel data at byte 54 but the file ends after 70.',
    ],
    ['no width', buildBmp({ ...small, width: 0 }), 'CORRUPT_IMAGE', 'but the header says 0 x 2.'],
    ['a negative width', buildBmp({ ...small, width: -2 }), 'CORRUPT_IMAGE', 'says -2 x 2.'],
    ['an invalid number of bits', buildBmp({ ...small, bits: 7 }), 'CORRUPT_IMAGE', 'says 7.'],
    ['RLE of 24 bits', buildBmp({ ...small, coding: 1 }), 'CORRUPT_IMAGE', 'Expected 8 bits'],
    ['an unknown coding', buildBmp({ ...small, coding: 9 }), 'CORRUPT_IMAGE', 'says 9.'],
    ['JPEG inside', buildBmp({ ...small, coding: 4 }), 'UNSUPPORTED_FORMAT', 'BMP with JPEG data'],
    ['PNG inside', buildBmp({ ...small, coding: 5 }), 'UNSUPPORTED_FORMAT', 'BMP with PNG data'],
    [
      'Huffman coding',
      buildBmp({ ...small, bits: 1, coding: 3, headerSize: 64 }),
      'UNSUPPORTED_FORMAT',
      'OS/2 Huffman coding is not supported',
    ],
    [
      'a mask with gaps',
      buildBmp({ ...small16, coding: 3, masks: [0x5000, 0x3e0, 0x1f] }),
      'UNSUPPORTED_FORMAT',
      'bit mask 5000 for pixels of 16 bits',
    ],
    [
      'a mask beyond the pixel',
      buildBmp({ ...small16, coding: 3, masks: [0x10000, 0x3e0, 0x1f] }),
      'UNSUPPORTED_FORMAT',
      'bit mask 10000',
    ],
    [
      'a header of another size',
      joined('BM', Buffer.alloc(12), le32(16, 0, 0, 0)),
      'UNSUPPORTED_FORMAT',
      'A BMP header of 16 bytes is not supported.',
    ],
  ])('%s', (_, file, code, message) => {
    expect(outcomeOf(bmp, file)).toMatchObject({ code, message: expect.stringContaining(message) });
  });
});

test('text that begins with BM is not detected as BMP', () => {
  expect(bmp.matches(Buffer.from('BMW cars are not bitmaps, are they?'))).toBe(false);
});
