import { expect, test } from 'vitest';
import { toGrayscale } from '../../src/convert/index.ts';
import { releasePixels } from '../../src/convert/pixel-image.ts';
import { createWasmKernel } from '../../src/gray-png/wasm-kernel.ts';
import { photoLikeJpeg } from '../../testing/images.ts';

const source = new Uint8Array(2 ** 20);
const imageOf = (pixels: Uint8Array) => ({ pixels, width: 1, height: 1, channels: 1 as const });

test('frees pixels that are alone in their memory', () => {
  const pixels = new Uint8Array(2 ** 20);
  releasePixels(imageOf(pixels), source);
  expect(pixels).toHaveLength(0);
});

test.each([
  ['the source', source],
  ['part of a larger buffer', new Uint8Array(new ArrayBuffer(2 ** 21), 0, 2 ** 20)],
  ['small, so that they may be in a pool', Buffer.from('pixels')],
  ['shared between threads', new Uint8Array(new SharedArrayBuffer(2 ** 20))],
  ['memory of WebAssembly', (await createWasmKernel()).heap],
])('keeps pixels that are %s', (_, pixels) => {
  const { length } = pixels;
  releasePixels(imageOf(pixels), source);
  expect(pixels).toHaveLength(length);
});

test.each([
  ['png', 'a small image before'],
  ['jpeg', 'a small image before'],
  ['png', 'a large one, whose thread is still running'],
  ['jpeg', 'a large one, whose thread is still running'],
] as const)('a conversion to %s leaves no pixels behind, with %s', async (format, before) => {
  const isLarge = before.startsWith('a large');
  const size = isLarge ? { width: 2_100, height: 1_500 } : { width: 640, height: 480 };
  await toGrayscale(await photoLikeJpeg(size));
  const jpeg = await photoLikeJpeg({ width: 1_200, height: 1_000 });
  await toGrayscale(jpeg, { format });
  const growth: number[] = [];
  for (let i = 0; i < 5; i++) {
    const start = process.memoryUsage().external;
    await toGrayscale(jpeg, { format });
    growth.push(process.memoryUsage().external - start);
  }
  // The colours take 3.6 MB. The output and the memory reserved for it, up to 1.2 MB, are the caller's.
  expect(Math.max(...growth)).toBeLessThan(2e6);
});
