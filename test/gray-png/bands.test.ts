import { expect, test } from 'vitest';
import { encodeGrayPng, type PngRows } from '../../src/gray-png/index.ts';
import type { PngSource } from '../../src/gray-png/pixel-kinds.ts';
import { drawImage, type ImageSize } from './images.ts';

/** The rows of an image in bands of these numbers of rows, repeated. */
function inBands(source: PngSource, sizes: readonly number[]) {
  const { pixels, ...facts } = source;
  const { width, height, channels } = facts;
  const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const rowBytes = width * channels * pixels.BYTES_PER_ELEMENT;
  const released: number[] = [];
  async function* bands() {
    for (let y = 0, i = 0; y < height; i++) {
      const rows = Math.min(sizes[i % sizes.length] as number, height - y);
      await new Promise((resolve) => setImmediate(resolve));
      yield bytes.slice(y * rowBytes, (y + rows) * rowBytes);
      y += rows;
    }
  }
  const bits = pixels.BYTES_PER_ELEMENT === 1 ? 8 : 16;
  const release = (band: Uint8Array) => released.push(band.length / rowBytes);
  const rows: PngRows = { ...facts, bits, bands, release };
  return { rows, released };
}

test.each<ImageSize>([
  { width: 61, height: 500, channels: 1, depth: 8 },
  { width: 700, height: 400, channels: 3, depth: 8 },
  { width: 700, height: 400, channels: 4, depth: 8 },
  { width: 700, height: 300, channels: 3, depth: 16 },
  { width: 90_000, height: 4, channels: 3, depth: 8 },
])('rows that arrive in bands give the same file as all pixels: %j', async (size) => {
  const isClear = (pixel: number) => pixel === (size.width * size.height) >> 1;
  const source = drawImage('photo', size, { isClear });
  const whole = await encodeGrayPng(source);
  for (const sizes of [[1], [16], [400, 1], [3, 200, 7]]) {
    const { rows } = inBands(source, sizes);
    const { bytes, channels } = await encodeGrayPng(rows);
    expect(channels).toBe(whole.channels);
    expect(Buffer.compare(bytes, whole.bytes)).toBe(0);
  }
});

test('bands are released as soon as their rows are not needed', async () => {
  const source = drawImage('photo', { width: 700, height: 2_000, channels: 3, depth: 8 });
  const { rows, released } = inBands(source, [300]);
  let arrived = 0;
  const max = { held: 0 };
  async function* counted() {
    for await (const band of rows.bands()) {
      max.held = Math.max(max.held, ++arrived - released.length);
      yield band;
    }
  }
  await encodeGrayPng({ ...rows, bands: counted });
  expect(max.held).toBeLessThanOrEqual(2);
});

test('rows reach the callback once and in order', async () => {
  const source = drawImage('noise', { width: 300, height: 900, channels: 3, depth: 8 });
  const seen: Uint8Array[] = [];
  let next = 0;
  const { rows } = inBands(source, [7]);
  await encodeGrayPng(rows, {
    onRows(pixels, y) {
      expect(y).toBe(next);
      next += pixels.length / 900;
      seen.push(pixels.slice());
    },
  });
  expect(Buffer.compare(Buffer.concat(seen), source.pixels as Uint8Array)).toBe(0);
});

test.each([
  ['too few rows', 899, 'Expected 900 rows but received 899'],
  ['too many rows', 901, 'Expected 900 rows but received more'],
])('%s are an error, and the source is stopped', async (_, height, message) => {
  const source = drawImage('photo', { width: 40, height, channels: 3, depth: 8 });
  const { rows } = inBands(source, [1]);
  let isStopped = false;
  async function* stoppable() {
    try {
      yield* rows.bands();
    } finally {
      isStopped = true;
    }
  }
  await expect(encodeGrayPng({ ...rows, height: 900, bands: stoppable })).rejects.toThrow(message);
  expect(isStopped).toBe(true);
});
