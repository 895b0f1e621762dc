import { readdir, readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { mulberry32 } from '../../src/convert/gray/mulberry32.ts';
import { decodeJpeg, decodeWith } from '../../src/gray-jpeg/decode-jpeg.ts';
import { isDecodable, readJpegHeader } from '../../src/gray-jpeg/jpeg-header.ts';
import { keepLuma } from '../../src/gray-jpeg/keep-luma.ts';
import { readJpegScans } from '../../src/gray-jpeg/read-scans.ts';
import { createWasmKernel } from '../../src/gray-jpeg/wasm-kernel.ts';
import { decodedBySharp, decodedRows } from '../../testing/decoded-jpeg.ts';
import { photoLike, photoLikeJpeg } from '../../testing/images.ts';
import { randomJpeg } from '../../testing/random-jpeg.ts';

const options = { maxPixels: 1e8, onProgress: () => {} };

/** The pixels of a JPEG, which must be those of sharp. */
async function expectSharpsPixels(bytes: Uint8Array, hint: string): Promise<void> {
  const decoded = await decodedRows(bytes);
  expect(decoded.isWhole, hint).toBe(true);
  const { data, info } = await decodedBySharp(bytes);
  expect(decoded.image, hint).toEqual({
    width: info.width,
    height: info.height,
    channels: info.channels,
  });
  expect(Buffer.compare(decoded.pixels, data), hint).toBe(0);
}

/** Random pixels: noise, extremes, saturated colours or a smooth change. */
function randomPixels(length: number, kind: number, random: () => number): Buffer {
  const phase = random() * 100;
  const sampleAt = [
    () => random() * 256,
    () => (random() < 0.5 ? 0 : 255),
    (i: number) => (((i % 3) + Math.floor(i / 60)) % 3 === 0 ? 255 : 0),
    (i: number) => 128 + 127 * Math.sin((i + phase) / 40),
  ][kind] as (i: number) => number;
  return Buffer.from(Array.from({ length }, (_, i) => Math.floor(sampleAt(i))));
}

async function encoded(seed: number): Promise<Buffer> {
  const random = mulberry32(seed);
  const below = (max: number) => Math.floor(random() * max);
  const wide = seed % 50 === 0 ? 900 : 70;
  const [width, height] = [1 + below(wide), 1 + below(70)];
  const channels = random() < 0.2 ? 1 : 3;
  const pixels = randomPixels(width * height * channels, below(4), random);
  return await sharp(pixels, { raw: { width, height, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .jpeg({
      quality: 1 + below(100),
      chromaSubsampling: random() < 0.6 ? '4:2:0' : '4:4:4',
      progressive: random() < 0.4,
      optimizeCoding: random() < 0.5,
    })
    .toBuffer();
}

const batches = Array.from({ length: 10 }, (_, i) => i * 100);

test.each(batches)('JPEGs that sharp writes have sharp’s pixels: seeds from %i', async (from) => {
  const seeds = Array.from({ length: 100 }, (_, i) => from + i);
  await Promise.all(
    seeds.map(async (seed) => expectSharpsPixels(await encoded(seed), `seed ${seed}`)),
  );
});

test('so do random coefficients of any size, sampling and number of scans', async () => {
  let decodable = 0;
  for (let seed = 0; seed < 1_000; seed++) {
    const { bytes } = randomJpeg(seed);
    if (!isDecodable(readJpegHeader(bytes))) continue;
    decodable++;
    await expectSharpsPixels(bytes, `seed ${seed}`);
  }
  expect(decodable).toBeGreaterThan(200);
});

const folder = new URL('../convert/damaged-files/', import.meta.url);

test('the verdict on damaged files is that of reading their scans', async () => {
  for (const name of await readdir(folder)) {
    const bytes = await readFile(new URL(name, folder));
    const { isWhole, frame, scans } = await decodedRows(bytes);
    const verdict = await readJpegScans(bytes, options);
    expect(scans, name).toEqual(verdict.scans);
    expect(frame?.components.map(({ lowBits }) => lowBits)).toEqual(
      verdict.frame?.components.map(({ lowBits }) => lowBits),
    );
    if (scans.some(({ damage }) => damage)) expect(isWhole, name).toBe(false);
  }
});

/** Segments that libjpeg rejects although all data can be decoded. */
const irregular: [name: string, segment: readonly number[]][] = [
  ['an unknown marker', [0xff, 0x26, 0, 2]],
  ['a second start', [0xff, 0xd8]],
  ['a table number above 3', [0xff, 0xdb, 0, 67, 4, ...Array.from({ length: 64 }, () => 1)]],
  ['more codes than bytes', [0xff, 0xc4, 0, 19, 0x13, 9, ...Array.from({ length: 15 }, () => 0)]],
  ['a restart interval of 3 bytes', [0xff, 0xdd, 0, 5, 0, 0, 0]],
];

test.each(irregular)('%s: not whole, and sharp rejects it', async (_, segment) => {
  const bytes = await photoLikeJpeg();
  const irregularBytes = Buffer.concat([
    bytes.subarray(0, 2),
    Buffer.from(segment),
    bytes.subarray(2),
  ]);
  await expect(decodedBySharp(irregularBytes, 'none')).rejects.toThrow('VipsJpeg');
  const { isWhole, scans } = await decodedRows(irregularBytes);
  expect({ isWhole, damage: scans[0]?.damage }).toEqual({ isWhole: false, damage: undefined });
});

test('a kernel that has counted symbols decodes', async () => {
  const bytes = await readFile(new URL('three-scans.jpg', folder));
  await keepLuma(bytes.subarray(0, bytes.length / 2), options);
  await expectSharpsPixels(bytes, 'after a file whose luma was not kept');
});

describe('a truncated file', () => {
  test.each([false, true])('is not whole (progressive: %s)', async (progressive) => {
    const bytes = await photoLikeJpeg({ width: 200, height: 150, progressive });
    for (let length = 2; length < bytes.length - 2; length += 97) {
      expect((await decodedRows(bytes.subarray(0, length))).isWhole).toBe(false);
    }
  });
});

describe('memory', () => {
  const size = { width: 1_200, height: 800 };
  const samples = size.width * size.height * 1.5;

  test.each([
    { progressive: false, maxBytes: 0 },
    { progressive: true, maxBytes: samples * 2.13 },
  ])('grows with the width, and with what is kept: %o', async ({ progressive, maxBytes }) => {
    const kernel = await createWasmKernel();
    const bytes = await photoLikeJpeg({ ...size, progressive });
    const callbacks = { onStart() {}, onRows() {} };
    expect((await decodeWith(kernel, bytes, { ...options, ...callbacks })).isWhole).toBe(true);
    const grown = kernel.memory.buffer.byteLength - 384 * 2 ** 10;
    expect(grown).toBeLessThan(maxBytes + size.width * 80 + 2 ** 16);
  });
});

test('rows are given as they come, and waited for', async () => {
  const bytes = await photoLikeJpeg({ width: 80, height: 50 });
  const log: (string | number)[] = [];
  await decodeJpeg(bytes, {
    ...options,
    onStart: ({ width, height, channels }) => log.push('start', width, height, channels),
    async onRows(pixels, rows) {
      expect(pixels.length).toBe(80 * 3 * rows);
      log.push(rows);
      await new Promise((resolve) => setImmediate(resolve));
      log.push('done');
    },
  });
  // The last row of a strip depends on the next one.
  expect(log).toEqual([
    ...['start', 80, 50, 3],
    ...[15, 'done', 16, 'done', 16, 'done', 3, 'done'],
  ]);
});

test('an error of a callback ends the work', async () => {
  const onRows = () => {
    throw new Error('enough');
  };
  const bytes = await photoLikeJpeg({ width: 80, height: 50 });
  await expect(decodeJpeg(bytes, { ...options, onStart() {}, onRows })).rejects.toThrow('enough');
});

const undecodable: [name: string, make: () => Promise<Buffer>][] = [
  ['CMYK', () => photoLike({ width: 20, height: 20 }).toColourspace('cmyk').jpeg().toBuffer()],
  ['more than 100,000 pixels', () => photoLikeJpeg({ width: 400, height: 251 })],
  [
    'RGB, as Adobe’s segment says',
    async () => {
      const bytes = await photoLikeJpeg({ width: 20, height: 20 });
      const adobe = Buffer.from('\xff\xee\0\x0eAdobe\0d\0\0\0\0\0', 'latin1');
      return Buffer.concat([bytes.subarray(0, 2), adobe, bytes.subarray(2)]);
    },
  ],
];

test.each(undecodable)('%s: only the scans are read', async (_, make) => {
  const { image, isWhole } = await decodedRows(await make(), 100_000);
  expect({ image, isWhole }).toEqual({ image: undefined, isWhole: false });
});
