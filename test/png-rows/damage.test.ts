import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { mulberry32 } from '../../src/convert/gray/mulberry32.ts';
import { decodePng } from '../../src/png-rows/index.ts';
import { type Chunk, pngOf, randomPng } from '../../testing/random-png.ts';
import { decodeRows, decodeWithSharp } from './decoders.ts';

const width = 3;
const height = 2;

interface Parts {
  header?: number[];
  rows?: Buffer;
  data?: Buffer;
  before?: Chunk[];
  between?: Chunk[];
  after?: Chunk[];
}

/** An RGB image of 3 x 2 pixels. */
function smallPng({ header = [8, 2, 0, 0, 0], rows, data, before, between, after }: Parts = {}) {
  const ihdr = Buffer.alloc(13);
  ihdr.set([width, 0, 0, 0, height], 3);
  ihdr.set(header, 8);
  const compressed = data ?? deflateSync(rows ?? Buffer.alloc(20));
  return pngOf([
    ['IHDR', ihdr],
    ...(before ?? []),
    ['IDAT', compressed.subarray(0, 4)],
    ...(between ?? []),
    ['IDAT', compressed.subarray(4)],
    ...(after ?? []),
    ['IEND', Buffer.alloc(0)],
  ]);
}

const palette: Chunk = ['PLTE', Buffer.from([1, 2, 3, 4, 5, 6])];
const indexed = [8, 3, 0, 0, 0];
const whole = deflateSync(Buffer.alloc(20));
const rowsWith = (...bytes: number[]) => Buffer.concat([Buffer.from(bytes)], 20);

test.each<[string, Parts]>([
  ['an unknown filter', { rows: rowsWith(5) }],
  ['a missing row', { rows: Buffer.alloc(10) }],
  ['a missing byte', { rows: Buffer.alloc(19) }],
  ['an extra byte', { rows: Buffer.alloc(21) }],
  ['data that end too early', { data: whole.subarray(0, -1) }],
  ['data that end before their checksum', { data: whole.subarray(0, -4) }],
  ['data after the end', { data: Buffer.concat([whole, Buffer.alloc(1)]) }],
  ['a wrong checksum', { data: Buffer.concat([whole.subarray(0, -1), Buffer.of(9)]) }],
  ['no zlib stream', { data: Buffer.alloc(30) }],
  ['a preset dictionary', { data: Buffer.concat([Buffer.of(0x78, 0xbb), whole.subarray(2)]) }],
  ['a chunk between the image data', { between: [['tEXt', Buffer.from('a\0b')]] }],
  ['an unknown critical chunk', { before: [['CgBI', Buffer.alloc(4)]] }],
  ['a second header', { before: [['IHDR', Buffer.alloc(13)]] }],
  ['a palette after the image data', { after: [palette] }],
  ['a palette of gray', { header: [8, 0, 0, 0, 0], rows: Buffer.alloc(8), before: [palette] }],
  ['no palette', { header: indexed, rows: Buffer.alloc(8) }],
  ['an index beyond the palette', { header: indexed, rows: Buffer.alloc(8, 3), before: [palette] }],
  ['two palettes', { header: indexed, rows: Buffer.alloc(8), before: [palette, palette] }],
  ['one transparent colour', { before: [['tRNS', Buffer.alloc(6)]] }],
  ['interlacing', { header: [8, 2, 0, 0, 1] }],
  ['an unknown compression', { header: [8, 2, 1, 0, 0] }],
  ['an unknown kind of filters', { header: [8, 2, 0, 1, 0] }],
  ['5 bits', { header: [5, 0, 0, 0, 0] }],
  ['an unknown colour type', { header: [8, 7, 0, 0, 0] }],
])('does not take %s', async (_, parts) => {
  expect(await decodeRows(smallPng(parts))).toBeUndefined();
});

test('does not take an index beyond the palette, wherever it is', async () => {
  const width = 41;
  const header = Buffer.from([0, 0, 0, width, 0, 0, 0, 1, 8, 3, 0, 0, 0]);
  const indexedRow = (row: Buffer) =>
    pngOf([['IHDR', header], palette, ['IDAT', deflateSync(row)], ['IEND', Buffer.alloc(0)]]);
  expect(await decodeRows(indexedRow(Buffer.alloc(1 + width)))).toBeDefined();
  for (let at = 1; at <= width; at++) {
    const row = Buffer.alloc(1 + width);
    row[at] = 2;
    expect(await decodeRows(indexedRow(row)), `pixel ${at}`).toBeUndefined();
  }
});

test('takes what these files are changes of', async () => {
  expect(await decodeRows(smallPng())).toMatchObject({ width, height, channels: 3 });
  const rows = Buffer.alloc(8);
  expect(await decodeRows(smallPng({ header: indexed, rows, before: [palette] }))).toBeDefined();
});

test('does not take more pixels than the limit', async () => {
  expect(await decodeRows(smallPng(), { maxPixels: 6 })).toBeDefined();
  expect(await decodeRows(smallPng(), { maxPixels: 5 })).toBeUndefined();
});

test('does not take a file with any byte missing at its end, or any changed', async () => {
  const png = randomPng(3, { kind: { colourType: 2, depth: 8 }, width: 9, height: 5 });
  for (let length = 0; length < png.length; length++) {
    expect(await decodeRows(png.subarray(0, length)), `${length} bytes`).toBeUndefined();
  }
  for (let at = 0; at < png.length; at++) {
    const changed = Buffer.from(png);
    changed[at] = (changed[at] as number) ^ (1 << (at & 7));
    expect(await decodeRows(changed), `byte ${at}`).toBeUndefined();
  }
});

test('takes no damaged image data, or decodes them like libpng', async () => {
  let [rejected, taken] = [0, 0];
  for (let seed = 0; seed < 400; seed++) {
    const png = damagedPng(seed);
    const decoded = await decodeRows(png);
    if (decoded) expect(decoded, `seed ${seed}`).toEqual(await decodeWithSharp(png));
    if (decoded) taken++;
    else rejected++;
  }
  expect(rejected).toBeGreaterThan(300);
  expect(taken).toBeLessThan(50);
});

/** Chunks are intact, but the data in them are not. */
function damagedPng(seed: number): Buffer {
  const random = mulberry32(seed);
  const below = (max: number) => Math.floor(random() * max);
  return randomPng(seed, {
    damage(data) {
      const damaged = Buffer.from(data);
      const kind = below(3);
      if (kind === 0) return damaged.subarray(0, below(data.length));
      if (kind === 1) damaged.copy(damaged, below(data.length), below(data.length));
      else damaged[below(data.length)] = below(256);
      return damaged;
    },
  });
}

test('errors of the callbacks are passed on, and the next image is decoded', async () => {
  const options = { maxPixels: 6, onProgress() {}, onStart() {}, onRows() {} };
  const thrown = new Error('no more time');
  const fail = () => {
    throw thrown;
  };
  for (const callback of ['onProgress', 'onStart', 'onRows']) {
    await expect(decodePng(smallPng(), { ...options, [callback]: fail })).rejects.toBe(thrown);
  }
  expect(await decodePng(smallPng(), options)).toBe(true);
});

test('waits for the callbacks', async () => {
  let isWaiting = false;
  const wait = async () => {
    expect(isWaiting).toBe(false);
    isWaiting = true;
    await new Promise(setImmediate);
    isWaiting = false;
  };
  const png = randomPng(1, { width: 700, height: 400 });
  const options = { maxPixels: 1e6, onStart() {}, onProgress: wait, onRows: wait };
  expect(await decodePng(png, options)).toBe(true);
});
