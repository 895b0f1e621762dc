import { Readable } from 'node:stream';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { mapDecoderErrors } from '../../../src/convert/decode/decoder-error.ts';
import { ConversionError, toGrayscale } from '../../../src/convert/index.ts';
import {
  flipBit,
  photoLike,
  photoLikeAvif,
  photoLikeGif,
  photoLikeJpeg,
  photoLikePng,
  photoLikeTiff,
  photoLikeWebp,
  truncate,
} from '../../../testing/images.ts';
import { disorderedTiff, tiledTiff } from '../../../testing/tiff.ts';
import { grayOf, rejectionOf } from '../gray/gray-of.ts';

const kinds: [kind: string, make: () => Buffer | Promise<Buffer>][] = [
  ['a baseline JPEG', photoLikeJpeg],
  ['a progressive JPEG', () => photoLikeJpeg({ progressive: true })],
  ['a PNG', photoLikePng],
  ['an interlaced PNG', () => photoLike().png({ progressive: true }).toBuffer()],
  ['a lossy WebP', photoLikeWebp],
  ['a lossless WebP', () => photoLikeWebp({ lossless: true })],
  ['a GIF', photoLikeGif],
  ['an uncompressed TIFF', () => photoLikeTiff({ compression: 'none' })],
  ['an LZW TIFF', () => photoLikeTiff({ compression: 'lzw' })],
  ['a deflated TIFF', () => photoLikeTiff({ compression: 'deflate' })],
  ['a JPEG TIFF', () => photoLikeTiff({ compression: 'jpeg' })],
  ['a tiled TIFF', tiledTiff],
  ['an AVIF', photoLikeAvif],
];

describe.each(kinds)('%s', (_, make) => {
  test.each([0.1, 0.5, 0.9, 0.98])('is rejected when only %d of it arrived', async (share) => {
    expect(await rejectionOf(truncate(await make(), share))).toMatchObject({
      name: 'ConversionError',
      code: 'CORRUPT_IMAGE',
      message: expect.stringMatching(
        /^Expected a complete \S+ image but .*\((libvips|scan \d|\d+ of \d+ |frame \d).*\)\. Use an intact copy\.$/,
      ),
    });
  });

  test('with any bit changed is converted or rejected, the same each time', async () => {
    const bytes = await make();
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (position) => {
        const flipped = flipBit(bytes, position);
        expect(await outcomeOf(flipped)).toEqual(await outcomeOf(flipped));
      }),
      { numRuns: 25 },
    );
  });
});

test('any bytes at all are converted or rejected', async () => {
  const starts = [
    '',
    '\xff\xd8\xff',
    '\x89PNG\r\n\x1a\n',
    'RIFF\0\0\0\0WEBP',
    'GIF89a',
    'II*\0',
    'MM\0+',
  ];
  const start = fc
    .constantFrom(...starts, '\0\0\0\x1cftypavif')
    .map((s) => Buffer.from(s, 'latin1'));
  await fc.assert(
    fc.asyncProperty(start, fc.uint8Array({ maxLength: 300 }), async (head, tail) => {
      await outcomeOf(Buffer.concat([head, tail]));
    }),
    { numRuns: 300 },
  );
});

test.each([false, true])(
  'a tile that does not match its checksum is rejected (BigTIFF: %s)',
  async (bigtiff) => {
    const tiles = { compression: 'deflate', tile: true, tileWidth: 32, bigtiff } as const;
    const bytes = await photoLike().tiff(tiles).toBuffer();
    // The tiles come first in this file, so this is inside one of them.
    expect(await rejectionOf(flipBit(bytes, 2_000 * 8))).toMatchObject({ code: 'CORRUPT_IMAGE' });
  },
);

test('unusual tags in a TIFF are harmless', async () => {
  const tiff = disorderedTiff();
  const strict = sharp(tiff, { failOn: 'warning' });
  await expect(strict.raw().toBuffer()).rejects.toThrow('not sorted');
  expect((await grayOf(tiff)).png.pixels).toEqual(Uint8Array.from(tiff.subarray(-256)));
});

test('stray bytes between the segments of a JPEG are harmless', async () => {
  const jpeg = await photoLikeJpeg();
  const frame = jpeg.indexOf('\xff\xc0', 'latin1');
  const stray = Buffer.concat([jpeg.subarray(0, frame), Buffer.alloc(3), jpeg.subarray(frame)]);
  const strict = sharp(stray, { failOn: 'warning' });
  await expect(strict.raw().toBuffer()).rejects.toThrow('extraneous');
  expect((await toGrayscale(stray)).bytes).toEqual((await toGrayscale(jpeg)).bytes);
});

test('bytes after the end of the image are harmless', async () => {
  const jpeg = await photoLikeJpeg();
  const longer = Buffer.concat([jpeg, Buffer.alloc(500, 7)]);
  expect((await toGrayscale(longer)).bytes).toEqual((await toGrayscale(jpeg)).bytes);
});

describe('a decoder’s error', () => {
  test('becomes one readable line in the message', async () => {
    const error = await rejectionOf(truncate(photoLikePng(), 0.5));
    expect(error).toMatchObject({
      message:
        'Expected a complete PNG image but its data is damaged or truncated (libvips: vipspng: libpng read error). Use an intact copy.',
    });
  });

  test('is reported without the noise around it', async () => {
    const cause = new Error(
      'Input buffer has corrupt header: source: bad seek to 9\nheif: Invalid\tinput: no box\nmore',
    );
    await expect(mapDecoderErrors('avif', Promise.reject(cause))).rejects.toMatchObject({
      message: expect.stringContaining('(libvips: heif: Invalid input: no box)'),
      cause,
    });
  });

  test.each([
    ['a bug', new TypeError('Cannot read properties of undefined')],
    ['memory that ran out', new Error('out of memory -- size == 300MB')],
  ])('is rethrown when it is %s', async (_, error) => {
    await expect(mapDecoderErrors('png', Promise.reject(error))).rejects.toBe(error);
  });

  test('is about the image when a decoder reports its own memory limits', async () => {
    const cause = new Error('heif: Memory allocation error: Security limit exceeded: 255 extents');
    const decoding = mapDecoderErrors('avif', Promise.reject(cause));
    await expect(decoding).rejects.toMatchObject({ code: 'CORRUPT_IMAGE' });
  });

  test('a value that is not bytes is a bug of the caller, not a damaged image', async () => {
    for (const input of [
      42,
      null,
      {},
      new URL('https://example.com/a.jpg'),
      Readable.from(['text']),
    ]) {
      await expect(toGrayscale(input as unknown as Uint8Array)).rejects.toThrow(
        new TypeError(
          'Expected the image as a Uint8Array, ArrayBuffer, Blob, stream of Uint8Array, path or file: URL',
        ),
      );
    }
  });
});

/** The output bytes or the error code. Rethrows errors that are not conversion errors. */
async function outcomeOf(bytes: Uint8Array): Promise<Uint8Array | string> {
  try {
    return (await toGrayscale(bytes)).bytes;
  } catch (error) {
    if (error instanceof ConversionError) return error.code;
    throw error;
  }
}
