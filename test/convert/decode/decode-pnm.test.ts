import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pnm } from '../../../src/convert/decode/pnm/decode-pnm.ts';
import { be16, joined, type Part, packed } from '../../../testing/byte-parts.ts';
import { anyImages, outcomeOf, rowsOf, testFileDecoder } from './file-decoder.contract.ts';

const pam = (fields: Record<string, string | number>, samples: Part) => {
  const lines = Object.entries(fields).map(([name, value]) => `${name} ${value}\n`);
  return joined('P7\n', ...lines, 'ENDHDR\n', samples);
};

testFileDecoder(pnm, [
  ['P1', joined('P1\n3 2\n1 0 1\n0 1 0')],
  ['P2', joined('P2\n# gray\n3 2 15\n1 10 5\n0 15 9')],
  ['P3', joined('P3 1 2 255 10 20 30 40 50 6')],
  ['P4', joined('P4\n9 2\n', [0xaa, 0x80, 0x55, 0])],
  ['P5', joined('P5\n3 2\n255\n', [1, 2, 3, 4, 5, 6])],
  ['P5 of 16 bits', joined('P5\n2 1\n1000\n', be16(500, 1_000))],
  ['P6', joined('P6\n#\n1 2\n255\n', [1, 2, 3, 4, 5, 6])],
  [
    'P7',
    pam({ WIDTH: 1, HEIGHT: 2, DEPTH: 2, MAXVAL: 255, TUPLTYPE: 'GRAYSCALE_ALPHA' }, [1, 2, 3, 4]),
  ],
]);

/** The nearest integer from 0 to `top`; ties round to even. */
function scaled(value: number, max: number, top: number): number {
  const [below, rest] = [Math.floor((value * top) / max), (value * top) % max];
  if (rest * 2 === max) return below + (below % 2);
  return rest * 2 > max ? below + 1 : below;
}

/** Every maximum up to 8 bits is tried, and some above. */
const highest = fc.oneof(fc.integer({ min: 1, max: 255 }), fc.integer({ min: 256, max: 65_535 }));

describe('samples with any maximum are decoded and scaled', () => {
  test.each([
    ['P2', 'P5', 1],
    ['P3', 'P6', 3],
  ] as const)('from %s and %s', (text, binary, channels) => {
    const files = highest.chain((max) =>
      fc.record({ max: fc.constant(max), image: anyImages({ channels, max }) }),
    );
    fc.assert(
      fc.property(files, ({ max, image: { width, height, samples } }) => {
        const header = `${width} ${height} ${max}\n`;
        const asText = pnm.decode(joined(`${text}\n`, header, samples.join(' ')));
        const bytes = max > 255 ? be16(...samples) : Buffer.from(samples);
        const asBytes = pnm.decode(joined(`${binary}\n`, header, bytes));
        const top = max > 255 ? 65_535 : 255;
        expect(asText).toEqual(asBytes);
        expect([...asBytes.pixels]).toEqual(samples.map((value) => scaled(value, max, top)));
        expect(asBytes.pixels.BYTES_PER_ELEMENT).toBe(max > 255 ? 2 : 1);
      }),
      { numRuns: 300 },
    );
  });

  test('and ties round to even, as in Pillow', () => {
    const file = (max: number, ...values: number[]) =>
      joined(`P5 ${values.length} 1 ${max} `, Buffer.from(values));
    // 127.5; 7.5 and 22.5: rounding half up would give 23.
    expect([...pnm.decode(file(2, 1)).pixels]).toEqual([128]);
    expect([...pnm.decode(file(34, 1, 3)).pixels]).toEqual([8, 22]);
  });

  test('and samples above the maximum are clamped to it in binary files', () => {
    expect([...pnm.decode(joined('P5 2 1 100 ', [100, 200])).pixels]).toEqual([255, 255]);
  });
});

test('bitmaps are decoded with 1 as black, with and without white space', () => {
  fc.assert(
    fc.property(anyImages({ max: 1 }), fc.constantFrom('', ' ', '\n#1\n'), (image, space) => {
      const header = `${image.width} ${image.height}\n`;
      const rows = rowsOf(image).map((row) => packed(row, 1));
      const binary = pnm.decode(joined('P4\n', header, ...rows));
      const text = pnm.decode(joined('P1\n', header, image.samples.join(space)));
      expect(text).toEqual(binary);
      expect([...binary.pixels]).toEqual(image.samples.map((bit) => (bit === 1 ? 0 : 255)));
    }),
  );
});

describe('PAM is decoded as', () => {
  test.each<[tupleType: string, channels: number, max: number]>([
    ['BLACKANDWHITE', 1, 1],
    ['GRAYSCALE', 1, 255],
    ['RGB', 3, 65_535],
    ['BLACKANDWHITE_ALPHA', 2, 1],
    ['GRAYSCALE_ALPHA', 2, 65_535],
    ['RGB_ALPHA', 4, 255],
    ['', 4, 200],
  ])('%s of %d samples up to %d', (tupleType, channels, max) => {
    fc.assert(
      fc.property(anyImages({ channels, max }), ({ width, height, samples }) => {
        const bytes = max > 255 ? be16(...samples) : Buffer.from(samples);
        const type = tupleType === '' ? {} : { TUPLTYPE: tupleType };
        const fields = { WIDTH: width, HEIGHT: height, DEPTH: channels, MAXVAL: max, ...type };
        const decoded = pnm.decode(pam(fields, bytes));
        const top = max > 255 ? 65_535 : 255;
        expect([...decoded.pixels]).toEqual(samples.map((value) => scaled(value, max, top)));
        expect(decoded.channels).toBe(channels);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the header', () => {
  const pixels = Buffer.of(7, 8);

  test.each<[what: string, header: string]>([
    ['on one line', 'P5 2 1 255 '],
    ['with comments and odd white space', 'P5# a\n#b 9 9\r\n\t2\v# c\n1\f255\n'],
    ['with a comment behind the last number', 'P5 2 1 255# the end\n'],
    [
      'of PAM with comments and empty lines',
      'P7\n#1\n\nDEPTH 1\nMAXVAL 255\nHEIGHT 1\nWIDTH 2\nENDHDR\n',
    ],
    [
      'of PAM with carriage returns',
      'P7\nDEPTH 1\r\nMAXVAL  255 \r\nHEIGHT 1\r\nWIDTH 2\r\nENDHDR\r\n',
    ],
  ])('is read %s', (_, header) => {
    const file = joined(header, pixels);
    expect(pnm.matches(file)).toBe(true);
    expect([...pnm.decode(file).pixels]).toEqual([7, 8]);
  });

  test.each([
    ['1', 1],
    ['255', 8],
    ['256', 9],
    ['1023', 10],
    ['65535', 16],
  ])('with a maximum of %s reports %d bits', (max, depth) => {
    expect(pnm.readHeader(joined(`P5 1 1 ${max} `, [0, 0])).depth).toBe(depth);
  });
});

test.each([
  'P5',
  'P5 gray',
  'P6\nis an exit',
  'P8 1 1 255 ',
  'P7\nis next',
  'P52 1 1 ',
  'P7 332\n',
])('text like %j is not detected as PNM', (text) => {
  expect(pnm.matches(Buffer.from(text))).toBe(false);
});

test('long white space is skipped quickly', () => {
  const startedAt = performance.now();
  expect(pnm.matches(joined('P5', ' '.repeat(100_000), '!'))).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(100);
});

describe('is rejected:', () => {
  const fields = { WIDTH: 1, HEIGHT: 1, DEPTH: 1, MAXVAL: 255 };

  test.each<[what: string, file: Uint8Array, code: string, message: string]>([
    [
      'a size that the file cannot hold',
      joined('P6 60000 60000 255 abc'),
      'CORRUPT_IMAGE',
      'Expected 10800000000 bytes of pixel data at byte 19 but the file ends after 22.',
    ],
    [
      'a size that no text of this length can hold',
      joined('P2 60000 60000 255\n1 2'),
      'CORRUPT_IMAGE',
      'Expected 7199999999 bytes of pixel data at byte 18',
    ],
    ['no width', joined('P5 0 1 255 '), 'CORRUPT_IMAGE', 'the header says 0 x 1.'],
    ['a maximum value of 0', joined('P5 1 1 0 a'), 'CORRUPT_IMAGE', 'says 0.'],
    ['a maximum value of 65536', joined('P5 1 1 65536 aaaa'), 'CORRUPT_IMAGE', 'says 65536.'],
    ['a size of 11 digits', joined('P5 00000000001 1 255 a'), 'CORRUPT_IMAGE', 'the width as a'],
    ['a word for a sample', joined('P2 1 1 255 red'), 'CORRUPT_IMAGE', 'a sample as a number'],
    ['a negative sample', joined('P2 1 1 255 -1'), 'CORRUPT_IMAGE', 'a sample as a number'],
    ['a sample above the maximum', joined('P2 1 1 9 10'), 'CORRUPT_IMAGE', 'byte 11 is 10.'],
    ['a bit that is 2', joined('P1 1 1 2'), 'CORRUPT_IMAGE', 'Expected 0 or 1 at byte 7.'],
    [
      'CMYK',
      pam({ ...fields, DEPTH: 4, TUPLTYPE: 'CMYK' }, [1, 2, 3, 4]),
      'UNSUPPORTED_FORMAT',
      'PAM with tuples of the type CMYK is not supported.',
    ],
    [
      'a depth that the type does not allow',
      pam({ ...fields, DEPTH: 3, TUPLTYPE: 'GRAYSCALE' }, [1, 2, 3]),
      'CORRUPT_IMAGE',
      'Expected a DEPTH of 1 but the header says 3.',
    ],
    ['five samples', pam({ ...fields, DEPTH: 5 }, [1, 2, 3, 4, 5]), 'CORRUPT_IMAGE', 'says 5.'],
    ['no width in PAM', joined('P7\nENDHDR\n'), 'CORRUPT_IMAGE', 'Expected DEPTH as a number'],
    ['a line without a field', joined('P7\n12\nENDHDR\n'), 'CORRUPT_IMAGE', 'a header field'],
    [
      'a header without an end',
      joined('P7\n', '# more\n'.repeat(10_000)),
      'CORRUPT_IMAGE',
      'up to ENDHDR.',
    ],
  ])('%s', (_, file, code, message) => {
    expect(outcomeOf(pnm, file)).toMatchObject({ code, message: expect.stringContaining(message) });
  });
});
