import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { qoi } from '../../../src/convert/decode/qoi/decode-qoi.ts';
import { be32, joined } from '../../../testing/byte-parts.ts';
import { buildQoi } from '../../../testing/qoi.ts';
import { anyImages, outcomeOf, testFileDecoder } from './file-decoder.contract.ts';

const varied = Buffer.from([
  ...[10, 20, 30, 255, 11, 19, 30, 255, 10, 20, 30, 255, 60, 80, 99, 255],
  ...[60, 80, 99, 255, 60, 80, 99, 255, 60, 80, 99, 7, 200, 3, 250, 7],
]);

testFileDecoder(qoi, [
  ['RGBA with every kind of chunk', buildQoi(varied, { width: 4, height: 2, channels: 4 })],
  ['RGB', buildQoi(varied.subarray(0, 24), { width: 4, height: 2, channels: 3 })],
]);

describe.each([3, 4] as const)('pixels of %d channels are decoded', (channels) => {
  test('from colours and from noise', () => {
    fc.assert(
      fc.property(anyImages({ channels }), ({ width, height, samples }) => {
        const file = buildQoi(Buffer.from(samples), { width, height, channels });
        const pixels = Uint8Array.from(samples);
        expect(qoi.decode(file)).toEqual({ pixels, width, height, channels });
      }),
    );
  });

  test('from small steps around 0', () => {
    const steps = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: channels * 30 });
    fc.assert(
      fc.property(steps, (steps) => {
        const width = Math.floor(steps.length / channels);
        const pixels = Uint8Array.from(steps.slice(0, width * channels));
        const file = buildQoi(pixels, { width, height: 1, channels });
        expect(qoi.decode(file).pixels).toEqual(pixels);
      }),
    );
  });

  test('from runs of any length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), (width) => {
        const pixels = new Uint8Array(width * channels).fill(9);
        const file = buildQoi(pixels, { width, height: 1, channels });
        expect(qoi.decode(file).pixels).toEqual(pixels);
      }),
    );
  });
});

/** The example of each chunk: https://qoiformat.org/qoi-specification.pdf. */
test.each<[chunk: string, bytes: number[], rgba: number[]]>([
  ['QOI_OP_RGB', [0xfe, 1, 2, 3], [1, 2, 3, 255]],
  ['QOI_OP_RGBA', [0xff, 1, 2, 3, 4], [1, 2, 3, 4]],
  ['QOI_OP_INDEX of nothing seen', [0x05], [0, 0, 0, 0]],
  ['QOI_OP_DIFF, wrapping', [0b01_00_11_10], [254, 1, 0, 255]],
  ['QOI_OP_LUMA, wrapping', [0b10_011111, 0b0011_1111], [250, 255, 6, 255]],
  ['QOI_OP_RUN of the beginning', [0b11_000000], [0, 0, 0, 255]],
])('%s', (_, bytes, rgba) => {
  const file = joined('qoif', be32(1, 1), [4, 0], bytes, [0, 0, 0, 0, 0, 0, 0, 1]);
  expect([...qoi.decode(file).pixels]).toEqual(rgba);
});

test('a pixel repeated by a run at the very beginning counts as seen', () => {
  const run = 0xc0;
  const placeOfBlack = (255 * 11) % 64;
  const chunks = [run, 0xfe, 1, 2, 3, placeOfBlack];
  const file = joined('qoif', be32(3, 1), [4, 0], chunks, [0, 0, 0, 0, 0, 0, 0, 1]);
  expect([...qoi.decode(file).pixels]).toEqual([0, 0, 0, 255, 1, 2, 3, 255, 0, 0, 0, 255]);
});

describe('is rejected:', () => {
  const end = [0, 0, 0, 0, 0, 0, 0, 1];

  test.each<[what: string, file: Uint8Array, message: string]>([
    [
      'a size that the file cannot hold',
      joined('qoif', be32(60_000, 60_000), [3, 0], [0xfd], end),
      'Expected at least 58064517 bytes of pixel data at byte 14 and an end marker of 8 but the file ends after 23.',
    ],
    ['no width', joined('qoif', be32(0, 1), [3, 0], end), 'the header says 0 x 1.'],
    ['two channels', joined('qoif', be32(1, 1), [2, 0], [0xc0], end), 'the header says 2.'],
    [
      'no end marker',
      joined('qoif', be32(1, 1), [3, 0], [0xc0], [0, 0, 0, 0, 0, 0, 0, 2]),
      'none at byte 15',
    ],
  ])('%s', (_, file, message) => {
    const rejection = { code: 'CORRUPT_IMAGE', message: expect.stringContaining(message) };
    expect(outcomeOf(qoi, file)).toMatchObject(rejection);
  });
});
