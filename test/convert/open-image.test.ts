// An opened image: its header is read once, it has one deadline, and it can be closed.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { startDeadline } from '../../src/convert/deadline.ts';
import { openComparison, openImage, toGrayscale } from '../../src/convert/index.ts';
import { animatedGif, photoLikeJpeg, photoLikePng } from '../../testing/images.ts';
import { fixture } from './decode/wasm-fixtures.ts';

describe('an opened image', () => {
  test('has its header and converts like toGrayscale', async () => {
    const bytes = await animatedGif({ width: 20, height: 10, frames: 3 });
    const image = await openImage(bytes, { format: 'webp' });
    expect(image.header).toMatchObject({ format: 'gif', width: 20, height: 10, pages: 3 });
    const { stages, ...gray } = await image.convert();
    image.close();
    const { stages: _, ...expected } = await toGrayscale(bytes, { format: 'webp' });
    expect(gray).toEqual(expected);
    expect(gray.source).toBe(image.header);
    expect(stages.decodeMs).toBeGreaterThan(0);
  });

  test('is converted only once', async () => {
    const image = await openImage(photoLikePng());
    await image.convert();
    await expect(image.convert()).rejects.toThrow('Open it again');
  });

  test.each([
    [
      'convert',
      () => openImage(photoLikePng()).then(({ close, convert }) => ({ close, run: convert })),
    ],
    [
      'compare',
      () => openComparison(photoLikePng()).then(({ close, compare }) => ({ close, run: compare })),
    ],
  ])('does not %s after it was closed', async (_, open) => {
    const { close, run } = await open();
    close();
    close();
    await expect(run()).rejects.toThrow('Expected an open image but it was closed');
  });

  test.each([
    ['on a thread', () => fixture('rgb.heic'), {}],
    ['by sharp', () => photoLikeJpeg({ width: 3_000, height: 2_000 }), { format: 'avif' }],
    ['by the kernel', () => photoLikeJpeg({ width: 3_000, height: 2_000 }), {}],
  ] as const)('that is closed ends its conversion %s', async (_, make, recipe) => {
    const image = await openImage(await make(), recipe);
    const conversion = image.convert();
    image.close();
    await expect(conversion).rejects.toThrow('it was closed');
    await expect(conversion).rejects.not.toHaveProperty('code');
  });

  test('waits for its conversion without losing time', async () => {
    const image = await openImage(photoLikePng(), {}, { timeoutMs: 1_000 });
    await sleep(1_100);
    await expect(image.convert()).resolves.toMatchObject({ width: 64 });
    image.close();
  });
});

test('a deadline stops while it is paused, and resuming does not restart it', async () => {
  const deadline = startDeadline(60_000);
  await sleep(20);
  deadline.pause();
  const leftMs = deadline.leftMs();
  expect(leftMs).toBeLessThan(59_990);
  await sleep(20);
  expect(deadline.leftMs()).toBe(leftMs);
  deadline.resume();
  expect(deadline.leftMs()).toBeLessThanOrEqual(leftMs);
  expect(deadline.leftMs()).toBeGreaterThan(leftMs - 20);
});
