import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ico } from '../../../src/convert/decode/bmp/decode-ico.ts';
import { type BmpParts, buildDib, buildIcon, iconDib } from '../../../testing/bmp.ts';
import { joined, packed } from '../../../testing/byte-parts.ts';
import { rgbaPng } from '../../../testing/images.ts';
import { anyImages, outcomeOf, rowsOf, testFileDecoder } from './file-decoder.contract.ts';

/** Blue, green, red and alpha of one pixel. */
const pixel32 = (...bgra: number[]): BmpParts & { mask: Uint8Array[] } => ({
  ...{ width: 1, height: 1, bits: 32 },
  rows: [Buffer.from(bgra)],
  mask: [Buffer.of(0x80)],
});
const masked24 = iconDib({
  ...{ width: 2, height: 2, bits: 24 },
  rows: [Buffer.of(1, 2, 3, 4, 5, 6), Buffer.of(7, 8, 9, 10, 11, 12)],
  mask: [Buffer.of(0x40), Buffer.of(0x80)],
});
const one = (image: Uint8Array, type = 1) => buildIcon([{ width: 2, height: 2, image }], { type });
const png = rgbaPng({ width: 1, height: 1, rows: Uint8Array.of(1, 2, 3, 4) });

testFileDecoder(ico, [
  ['24 bits with a mask', one(masked24)],
  ['a cursor', one(masked24, 2)],
  ['32 bits', one(iconDib(pixel32(1, 2, 3, 4)))],
  [
    'a palette with a mask',
    one(
      iconDib({
        ...{
          width: 9,
          height: 1,
          bits: 4,
          palette: Array.from({ length: 16 }, (_, i) => [i, i, i]),
        },
        rows: [Buffer.of(0x12, 0x34, 0x56, 0x78, 0x90)],
        mask: [Buffer.of(0xaa, 0x80)],
      }),
    ),
  ],
]);

describe('transparency', () => {
  test('applies where the mask has a bit', () => {
    const { pixels } = ico.decode(one(masked24));
    expect([...pixels]).toEqual([3, 2, 1, 255, 6, 5, 4, 0, 9, 8, 7, 0, 12, 11, 10, 255]);
  });

  test('is decoded from any mask', () => {
    fc.assert(
      fc.property(anyImages({ max: 1 }), (mask) => {
        const rows = rowsOf(mask).map((row) => joined(...row.map((bit) => [bit, 20, 30])));
        const image = { ...mask, bits: 24, rows, mask: rowsOf(mask).map((row) => packed(row, 1)) };
        const expected = mask.samples.flatMap((bit) => [30, 20, bit, bit === 1 ? 0 : 255]);
        expect([...ico.decode(one(iconDib(image))).pixels]).toEqual(expected);
      }),
    );
  });

  test('of 32-bit pixels comes from their alpha, not from the mask', () => {
    expect([...ico.decode(one(iconDib(pixel32(1, 2, 3, 4)))).pixels]).toEqual([3, 2, 1, 4]);
  });

  test('of 32-bit pixels comes from the mask when all alpha is zero', () => {
    expect([...ico.decode(one(iconDib(pixel32(1, 2, 3, 0)))).pixels]).toEqual([3, 2, 1, 0]);
    const visible = { ...pixel32(1, 2, 3, 0), mask: [Buffer.of(0)] };
    expect([...ico.decode(one(iconDib(visible))).pixels]).toEqual([3, 2, 1, 255]);
  });

  test('comes from the mask when its rows are not padded', () => {
    const parts = { width: 1, height: 2, bits: 24, rows: [Buffer.of(1, 2, 3), Buffer.of(4, 5, 6)] };
    const image = joined(buildDib({ ...parts, height: 4 }), [0x80, 0]);
    expect([...ico.decode(one(image)).pixels]).toEqual([3, 2, 1, 255, 6, 5, 4, 0]);
  });
});

describe('with several images', () => {
  const gray = (value: number) => iconDib(pixel32(value, value, value, 255));
  const bits24 = iconDib({
    ...{ width: 1, height: 1, bits: 24, rows: [Buffer.of(7, 7, 7)], mask: [Buffer.of(0)] },
  });

  test.each<[which: string, entries: [width: number, height: number, image: Uint8Array][]]>([
    [
      'the largest',
      [
        [16, 16, gray(1)],
        [48, 48, gray(9)],
        [32, 32, gray(2)],
      ],
    ],
    [
      'the one of 256, which is stored as 0,',
      [
        [255, 255, gray(1)],
        [256, 256, gray(9)],
      ],
    ],
    [
      'of equals that of most bits',
      [
        [16, 16, gray(9)],
        [16, 16, bits24],
      ],
    ],
    [
      'of real equals the last',
      [
        [16, 16, gray(1)],
        [16, 16, gray(9)],
      ],
    ],
  ])('%s is decoded', (_, entries) => {
    const file = buildIcon(entries.map(([width, height, image]) => ({ width, height, image })));
    expect([...ico.decode(file).pixels]).toEqual([9, 9, 9, 255]);
  });

  test('a file is rejected when it is truncated after the decoded one', () => {
    const images = [gray(9), gray(1)].map((image, i) => ({ width: 9 - i, height: 9, image }));
    const file = buildIcon(images);
    const outcome = outcomeOf(ico, file.subarray(0, -1));
    expect(outcome).toMatchObject({ code: 'CORRUPT_IMAGE' });
  });
});

describe('a PNG inside', () => {
  test('is returned for the PNG decoder', () => {
    const file = buildIcon([
      { width: 16, height: 16, image: masked24 },
      { width: 256, height: 256, image: png },
    ]);
    expect(ico.pngInside?.(joined(file, [1, 2, 3]))).toEqual(png);
    expect(outcomeOf(ico, file)).toMatchObject({ code: 'UNSUPPORTED_FORMAT' });
  });

  test('is ignored when the best image is a bitmap', () => {
    const file = buildIcon([
      { width: 16, height: 16, image: png },
      { width: 32, height: 32, image: masked24 },
    ]);
    expect(ico.pngInside?.(file)).toBeUndefined();
    expect(ico.decode(file)).toEqual(ico.decode(one(masked24)));
  });

  test('is never returned from a truncated file', () => {
    const file = one(png);
    for (let end = 0; end < file.length; end++) {
      expect(() => ico.pngInside?.(file.subarray(0, end)), `${end} bytes`).toThrow('Expected');
    }
  });
});

describe('is rejected:', () => {
  test.each<[what: string, file: Uint8Array, message: string]>([
    ['no image', buildIcon([]), 'Expected at least one image but the header says 0.'],
    ['a bitmap of one row', one(buildDib({ width: 1, height: 1, bits: 24 })), 'has one row.'],
    [
      'run-length coding',
      one(buildDib({ width: 1, height: 2, bits: 8, coding: 1, palette: [[1, 2, 3]], colours: 1 })),
      'A run-length encoded icon is not supported.',
    ],
    [
      'a size that the file cannot hold',
      one(buildDib({ width: 30_000, height: 60_000, bits: 32 })),
      'Expected 3600000000 bytes of pixel data at byte 62 but the file ends after 62.',
    ],
  ])('%s', (_, file, message) => {
    expect(outcomeOf(ico, file)).toMatchObject({ message: expect.stringContaining(message) });
  });
});
