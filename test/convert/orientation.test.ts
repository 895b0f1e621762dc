import { describe, expect, test } from 'vitest';
import { orientedJpeg, orientedPng, photoLike, photoLikePixels } from '../support/images.ts';
import { grayOf, oraclePixels } from './gray-of.ts';

const [width, height] = [23, 17];

/** Where the pixel at x, y of the upright image lies in the stored one (EXIF 2.32, 4.6.5.1). */
const storedAt: Record<number, (x: number, y: number) => [x: number, y: number]> = {
  1: (x, y) => [x, y],
  2: (x, y) => [width - 1 - x, y],
  3: (x, y) => [width - 1 - x, height - 1 - y],
  4: (x, y) => [x, height - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y) => [y, height - 1 - x],
  7: (x, y) => [width - 1 - y, height - 1 - x],
  8: (x, y) => [width - 1 - y, x],
};

describe.each([1, 2, 3, 4, 5, 6, 7, 8])('EXIF orientation %d', (orientation) => {
  const isTurned = orientation >= 5;
  const upright = isTurned ? { width: height, height: width } : { width, height };

  test.each([
    ['PNG', () => orientedPng(orientation, { width, height })],
    [
      'TIFF',
      () =>
        photoLike({ width, height })
          .withMetadata({ orientation })
          .tiff({ compression: 'lzw' })
          .toBuffer(),
    ],
    [
      'lossless WebP',
      () =>
        photoLike({ width, height })
          .withMetadata({ orientation })
          .webp({ lossless: true })
          .toBuffer(),
    ],
  ])('of a %s is applied', async (_, make) => {
    const stored = oraclePixels(photoLikePixels({ width, height }));
    const { png } = await grayOf(await make());
    expect({ width: png.width, height: png.height }).toEqual(upright);
    const expected = Array.from({ length: width * height }, (_, i) => {
      const at = storedAt[orientation]?.(i % upright.width, Math.floor(i / upright.width));
      return at && stored[at[1] * width + at[0]];
    });
    expect([...png.pixels]).toEqual(expected);
  });

  test('of a JPEG shows in the sizes', async () => {
    const image = await grayOf(await orientedJpeg(orientation, { width, height }));
    expect(image).toMatchObject({ ...upright, source: { width, height, orientation } });
  });
});

test('an image without orientation says none', async () => {
  const { source } = await grayOf(await photoLike().png().toBuffer());
  expect(source).not.toHaveProperty('orientation');
});
