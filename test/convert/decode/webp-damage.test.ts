import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { toGrayscale } from '../../../src/convert/index.ts';
import { animatedWebp, photoLike, photoLikeWebp } from '../../../testing/images.ts';
import { rejectionOf } from '../gray/gray-of.ts';

const size = { width: 300, height: 200 };
const flat = (side: number) =>
  sharp({ create: { width: side, height: side, channels: 3, background: '#fff' } });

describe.each([
  ['lossy', () => photoLikeWebp(size)],
  ['lossless', () => photoLikeWebp({ ...size, lossless: true })],
  ['translucent', () => photoLike(size).ensureAlpha(0.5).webp().toBuffer()],
])('a %s WebP', (_, make) => {
  test.each([0.3, 0.6, 0.9])('whose data is zero after %d is rejected', async (share) => {
    const bytes = await make();
    bytes.fill(0, Math.floor(bytes.length * share));
    // libwebp does not notice.
    await sharp(bytes, { failOn: 'warning' }).raw().toBuffer();
    expect(await rejectionOf(bytes)).toMatchObject({ code: 'CORRUPT_IMAGE' });
  });
});

test('an animation is rejected for zeros in a requested frame', async () => {
  const bytes = await animatedWebp();
  const last = bytes.lastIndexOf('VP8');
  const zeroed = Buffer.from(bytes).fill(0, last + 40);
  expect((await toGrayscale(zeroed)).losses).toEqual(['frames']);
  expect(await rejectionOf(zeroed, { format: 'webp' })).toMatchObject({ code: 'CORRUPT_IMAGE' });
});

test.each([
  ['lossy', { quality: 80 }],
  ['lossless', { lossless: true }],
])('the zeros of a flat %s image are no damage', async (_, options) => {
  for (const side of [64, 1_000, 4_000]) {
    const bytes = await flat(side).webp(options).toBuffer();
    expect((await toGrayscale(bytes)).losses).toEqual([]);
  }
});
