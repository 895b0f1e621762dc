import { expect, test } from 'vitest';
import { inspectImage } from '../../src/convert/index.ts';
import {
  animatedGif,
  animatedWebp,
  multiPageTiff,
  photoLikeGif,
  photoLikePixels,
  photoLikePng,
  truncate,
} from '../support/images.ts';
import { grayOf, oraclePixels } from './gray-of.ts';

const [width, height] = [32, 24];

test.each([
  ['an animated WebP', animatedWebp],
  ['a TIFF of several pages', multiPageTiff],
])('the first frame of %s is converted, and the others are named as lost', async (_, make) => {
  const bytes = await make({ frames: 3 });
  const image = await grayOf(bytes);
  expect(image).toMatchObject({ width, height, losses: ['frames'], source: { pages: 3 } });
  expect([...image.png.pixels]).toEqual(oraclePixels(photoLikePixels({ width, height })));
  expect(await inspectImage(bytes)).toMatchObject({ width, height, pages: 3 });
});

test('the first frame of an animated GIF is converted, and the others are named as lost', async () => {
  const image = await grayOf(await animatedGif({ frames: 3 }));
  expect(image).toMatchObject({ width, height, losses: ['frames'], source: { pages: 3 } });
  // GIF has 256 colours, so the frame is only near what it was made from; the others are far.
  expect(distance(image.png.pixels, 1)).toBeLessThan(4);
  expect(distance(image.png.pixels, 2)).toBeGreaterThan(20);
});

test('the first frame of an animated GIF is converted though a later one is cut off', async () => {
  const bytes = await animatedGif({ frames: 3 });
  const { png } = await grayOf(truncate(bytes, 0.8));
  expect(png.pixels).toEqual((await grayOf(bytes)).png.pixels);
});

test.each([
  ['GIF', photoLikeGif],
  ['PNG', photoLikePng],
])('a %s of one frame loses none', async (_, make) => {
  expect(await grayOf(await make())).toMatchObject({ losses: [], source: { pages: 1 } });
});

function distance(pixels: Uint8Array, seed: number): number {
  const frame = oraclePixels(photoLikePixels({ width, height, seed }));
  return frame.reduce((sum, gray, i) => sum + Math.abs(gray - (pixels[i] ?? 0)), 0) / frame.length;
}
