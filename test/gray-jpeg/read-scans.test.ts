import { expect, test } from 'vitest';
import { readScans } from '../../src/gray-jpeg/read-scans.ts';
import { createWasmKernel } from '../../src/gray-jpeg/wasm-kernel.ts';
import { photoLikeJpeg } from '../../testing/images.ts';

const size = { width: 1_200, height: 800 };
const options = { maxPixels: 1e8, onProgress: () => {} };

test('a baseline JPEG of any size is read in 384 KiB', async () => {
  const kernel = await createWasmKernel();
  const { scans } = await readScans(kernel, await photoLikeJpeg(size), options);
  expect(scans.map(({ damage }) => damage)).toEqual([undefined]);
  expect(kernel.memory.buffer.byteLength).toBe(384 * 2 ** 10);
});

test('a progressive one takes an eighth of a byte for each sample more', async () => {
  const kernel = await createWasmKernel();
  const { scans } = await readScans(
    kernel,
    await photoLikeJpeg({ ...size, progressive: true }),
    options,
  );
  expect(scans.filter(({ damage }) => damage)).toEqual([]);
  const samples = size.width * size.height * 1.5;
  expect(kernel.memory.buffer.byteLength).toBeLessThan(384 * 2 ** 10 + samples / 8 + 2 ** 16);
});
