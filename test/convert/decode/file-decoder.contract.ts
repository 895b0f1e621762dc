import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DecodedPixels, FileDecoder } from '../../../src/convert/decode/file-decoder.ts';
import { ConversionError } from '../../../src/convert/errors.ts';

type Decoder = Omit<FileDecoder, 'pngInside'>;

/**
 * The contract of every built-in decoder, for any bytes. Each file must end with its last pixel, so that
 * a file one byte shorter is incomplete, or with padding of the size given.
 */
export function testFileDecoder(
  decoder: Decoder,
  files: readonly (readonly [kind: string, bytes: Uint8Array, padding?: number])[],
): void {
  describe.each(files.map(([kind, bytes, padding = 0]) => ({ kind, bytes, padding })))(
    '$kind',
    ({ bytes, padding }) => {
      test('is detected, and its header describes its pixels', () => {
        expect(decoder.matches(bytes)).toBe(true);
        const { width, height, channels, hasAlpha, pages } = decoder.readHeader(bytes);
        const { pixels, ...shape } = decoder.decode(bytes);
        expect(shape).toEqual({ width, height, channels });
        expect(pixels).toHaveLength(width * height * channels);
        expect({ hasAlpha, pages }).toEqual({ hasAlpha: channels % 2 === 0, pages: 1 });
      });

      test('is rejected wherever it is truncated', () => {
        for (let end = 0; end < bytes.length - padding; end++) {
          expect(outcomeOf(decoder, bytes.subarray(0, end)), `${end} bytes`).toBeInstanceOf(
            ConversionError,
          );
        }
      });

      test('needs no padding after its last pixel', () => {
        const unpadded = bytes.subarray(0, bytes.length - padding);
        expect(decoder.decode(unpadded)).toEqual(decoder.decode(bytes));
      });

      test('decodes the same with bytes after it and inside a larger buffer', () => {
        const larger = Buffer.concat([Buffer.alloc(3, 7), bytes, Buffer.alloc(50, '\n7')]);
        expect(decoder.decode(larger.subarray(3))).toEqual(decoder.decode(bytes));
      });

      test('with any bytes changed is decoded or rejected, quickly', () => {
        const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), {
          minLength: 1,
          maxLength: 4,
        });
        fc.assert(
          fc.property(changes, (changes) => {
            const changed = Uint8Array.from(bytes);
            for (const [at, value] of changes) changed[at] = value;
            expectPixelsOrRejection(decoder, changed);
          }),
          { numRuns: 300 },
        );
      });

      test('with another end is decoded or rejected, quickly', () => {
        fc.assert(
          fc.property(fc.nat(bytes.length), fc.uint8Array({ maxLength: 200 }), (end, tail) => {
            expectPixelsOrRejection(decoder, Buffer.concat([bytes.subarray(0, end), tail]));
          }),
          { numRuns: 200 },
        );
      });
    },
  );

  test('any bytes at all are decoded or rejected, quickly', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expectPixelsOrRejection(decoder, bytes);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['no bytes', ''],
    ['text', 'Photographs of the year are in the attachment.\nP.S.: BMP, please\n'],
    ['UTF-16 text', Buffer.from('\ufeffa\n\tb', 'utf16le').toString('latin1')],
    ['JSON', '{"Records": []}'],
    ['a JPEG', '\xff\xd8\xff\xe0\0\x10JFIF\0'],
    ['a PNG', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01'],
    ['a TIFF', 'II*\0\x08\0\0\0\x01\0\0\x01\x03\0\x01\0\0\0\x08\0\0\0'],
    ['an MP4', '\0\0\0\x18ftypisom\0\0\x02\0isomiso2'],
    ['an MPEG video', `\0\0\x01\xba${'!\0\x01'.repeat(20)}`],
    ['an MPEG stream', `\0\0\x01\0\x0f\xff\xf8${'\x80'.repeat(40)}`],
    ['a font', '\0\x01\0\0\0\x0d\0\x80\0\x03\0\x50FFTM\x8a\x9b\0\0'],
    ['zeros', '\0'.repeat(100)],
  ])('does not detect %s', (_, text) => {
    expect(decoder.matches(Buffer.from(text, 'latin1'))).toBe(false);
  });
}

/** A rejection must have a message; any other thrown value fails the test. */
export function outcomeOf(decoder: Decoder, bytes: Uint8Array): DecodedPixels | ConversionError {
  try {
    const { width, height } = decoder.readHeader(bytes);
    if (width * height > 4e6) return new ConversionError('IMAGE_TOO_LARGE', 'As callers do.');
    return decoder.decode(bytes);
  } catch (error) {
    if (error instanceof ConversionError) return error;
    throw error;
  }
}

function expectPixelsOrRejection(decoder: Decoder, bytes: Uint8Array): void {
  const startedAt = performance.now();
  const outcome = outcomeOf(decoder, bytes);
  decoder.matches(bytes);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  if (outcome instanceof ConversionError) expect(outcome.message).toMatch(/^\S.*\.$/s);
  else {
    const { width, height, channels, pixels } = outcome;
    expect(pixels).toHaveLength(width * height * channels);
  }
}

/** An image of a few colours or of noise, with samples from 0 to `max`. */
export function anyImages({ channels = 1, max = 255 } = {}) {
  return fc
    .record({ width: fc.integer({ min: 1, max: 20 }), height: fc.integer({ min: 1, max: 6 }) })
    .chain(({ width, height }) => {
      const colours = fc.array(
        fc.array(fc.nat(max), { minLength: channels, maxLength: channels }),
        {
          minLength: 1,
          maxLength: 5,
        },
      );
      const count = width * height;
      return fc.record({
        width: fc.constant(width),
        height: fc.constant(height),
        samples: fc.oneof(
          fc.array(fc.nat(max), { minLength: count * channels, maxLength: count * channels }),
          colours.chain((colours) =>
            fc
              .array(fc.constantFrom(...colours), { minLength: count, maxLength: count })
              .map((pixels) => pixels.flat()),
          ),
        ),
      });
    });
}

export interface AnyImage {
  width: number;
  height: number;
  samples: number[];
}

/** The samples row by row, from the top. */
export function rowsOf({ width, samples }: AnyImage, channels = 1): number[][] {
  const size = width * channels;
  return Array.from({ length: samples.length / size }, (_, y) =>
    samples.slice(y * size, (y + 1) * size),
  );
}
