import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { countLzw } from '../../../src/convert/decode/count-lzw.ts';
import { lzw } from '../../../src/convert/encode/gif-lzw.ts';
import { toGrayscale } from '../../../src/convert/index.ts';
import { animatedGif, photoLike, photoLikeGif } from '../../../testing/images.ts';
import { rejectionOf } from '../gray/gray-of.ts';

const size = { width: 300, height: 200 };
const corrupt = { name: 'ConversionError', code: 'CORRUPT_IMAGE' };

const withZeros = (bytes: Buffer, share: number) =>
  Buffer.from(bytes).fill(0, Math.floor(bytes.length * share));

test.each([0.3, 0.6, 0.9])('a GIF whose data are zero after %d is damaged', async (share) => {
  const zeroed = withZeros(await photoLikeGif(size), share);
  // A block of no bytes ends the data: libnsgif accepts it.
  await sharp(zeroed, { failOn: 'error' }).raw().toBuffer();
  expect(await rejectionOf(zeroed)).toMatchObject(corrupt);
  const { losses, missingShare } = await toGrayscale(zeroed, { tolerate: 'truncated' });
  expect(losses).toEqual(['truncated']);
  expect(missingShare).toBeCloseTo(1 - share, 1);
});

test('a changed code that gives another number of pixels is damage', async () => {
  const bytes = await photoLikeGif(size);
  const outcomes = [];
  for (let at = 20_000; at < 20_020; at++) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] as number) ^ 8;
    outcomes.push(
      await toGrayscale(changed).then(
        () => 'converted',
        () => 'rejected',
      ),
    );
  }
  expect(outcomes).toContain('rejected');
});

describe('is whole', () => {
  test.each([2, 4, 16, 256])('a GIF of %d colours', async (colours) => {
    const bytes = await photoLike(size).gif({ colours, effort: 1 }).toBuffer();
    expect((await toGrayscale(bytes, { tolerate: 'truncated' })).losses).toEqual([]);
  });

  test('an interlaced GIF', async () => {
    const bytes = await photoLike(size).gif({ progressive: true }).toBuffer();
    expect((await toGrayscale(bytes, { tolerate: 'truncated' })).losses).toEqual([]);
  });

  test('an animation', async () => {
    const image = await toGrayscale(await animatedGif(), { format: 'gif' });
    expect(image).toMatchObject({ frames: 3, losses: [] });
  });
});

test('counts the bytes that an encoder of LZW was given', () => {
  for (const length of [1, 2, 257, 5_000, 60_000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * i) >> 3);
    const counted = countLzw(lzw(bytes), { valueBits: 8, isTiff: false, maxValues: length });
    expect(counted).toEqual({ values: length, end: 'end code' });
  }
});
