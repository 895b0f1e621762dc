import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { startDeadline } from '../../../src/convert/deadline.ts';
import { judgeJpeg, mayHideDamage } from '../../../src/convert/decode/jpeg/jpeg-damage.ts';
import { toGrayscale } from '../../../src/convert/index.ts';
import { cmykJpeg, photoLike, photoLikeJpeg, truncate } from '../../../testing/images.ts';
import { rejectionOf } from '../gray/gray-of.ts';

const size = { width: 300, height: 200 };
const tolerant = { tolerate: 'truncated' } as const;
const end = Buffer.from('\xff\xd9', 'latin1');

const fixture = (name: string) => readFile(new URL(`../damaged-files/${name}`, import.meta.url));
const corrupt = (bytes: Uint8Array) =>
  expect(rejectionOf(bytes)).resolves.toMatchObject({ code: 'CORRUPT_IMAGE' });
const withZeros = (bytes: Buffer, from: number, to: number) =>
  Buffer.from(bytes).fill(0, Math.floor(bytes.length * from), Math.floor(bytes.length * to));

/** What libjpeg makes of it, without and with its warnings as errors. */
const isAccepted = (bytes: Buffer, failOn: 'error' | 'warning') =>
  sharp(bytes, { failOn })
    .stats()
    .then(
      () => true,
      () => false,
    );

const kinds: [kind: string, make: () => Promise<Buffer>][] = [
  ['a baseline JPEG', () => photoLikeJpeg(size)],
  ['one with optimal tables', () => photoLike(size).jpeg({ optimiseCoding: true }).toBuffer()],
  ['one of quality 100', () => photoLike(size).jpeg({ quality: 100 }).toBuffer()],
  [
    'one without subsampling',
    () => photoLike(size).jpeg({ chromaSubsampling: '4:4:4' }).toBuffer(),
  ],
  ['a gray one', () => photoLike(size).toColourspace('b-w').jpeg().toBuffer()],
  ['a CMYK one', () => cmykJpeg(size)],
  ['a progressive one', () => photoLikeJpeg({ ...size, progressive: true })],
  ['one by mozjpeg', () => photoLike(size).jpeg({ mozjpeg: true }).toBuffer()],
  ['one with restart markers', () => fixture('restarts.jpg')],
  ['a progressive one with restart markers', () => fixture('progressive-restarts.jpg')],
  ['one with a scan for each component', () => fixture('three-scans.jpg')],
];

describe.each(kinds)('%s', (_, make) => {
  test('is whole, with or without its end marker', async () => {
    const bytes = await make();
    const deadline = startDeadline(10_000);
    expect(await judgeJpeg(bytes, 1e5, deadline)).toBe('whole');
    const { losses, ...image } = await toGrayscale(bytes.subarray(0, -2), tolerant);
    expect(losses).toEqual([]);
    expect(image.bytes).toEqual((await toGrayscale(bytes)).bytes);
  });

  test.each([0.6, 0.8])('is rejected when it ends after %d, with an end marker', async (share) => {
    await corrupt(Buffer.concat([truncate(await make(), share), end]));
  });

  test.each([0.6, 0.8])('is rejected when all is zero after %d', async (share) => {
    await corrupt(withZeros(await make(), share, 1));
    await corrupt(Buffer.concat([withZeros(await make(), share, 1).subarray(0, -2), end]));
  });

  test('is rejected when a part is zero', async () => {
    await corrupt(withZeros(await make(), 0.6, 0.8));
  });
});

test('the missing half of a scan is a loss', async () => {
  const half = await fixture('half-scan.jpg');
  expect(await isAccepted(half, 'error')).toBe(true);
  await corrupt(half);
  expect(await toGrayscale(half, tolerant)).toMatchObject({
    losses: ['truncated'],
    missingShare: 0.5,
  });
});

test('a missing end marker is no damage', async () => {
  const { bytes, losses } = await toGrayscale(await fixture('no-end-marker.jpg'));
  expect(losses).toEqual([]);
  expect(bytes).toEqual((await toGrayscale(await fixture('whole.jpg'))).bytes);
});

test('zeros that libjpeg accepts without a warning are damage', async () => {
  const bytes = await photoLike(size).jpeg({ quality: 100 }).toBuffer();
  const zeroed = withZeros(bytes, 0.5, 1);
  expect(await isAccepted(zeroed, 'warning')).toBe(true);
  expect(await rejectionOf(zeroed)).toMatchObject({
    code: 'CORRUPT_IMAGE',
    message: expect.stringContaining('(scan 1 '),
  });
});

test('zeros in the tables of a progressive JPEG are no sign of damage', async () => {
  const bytes = await photoLikeJpeg({ ...size, progressive: true });
  const tables = bytes.subarray(bytes.indexOf('\xff\xda', undefined, 'latin1'));
  expect(tables.includes(Buffer.alloc(8))).toBe(true);
  expect(mayHideDamage(bytes)).toBe(false);
  const middle = Math.floor(bytes.length / 2);
  expect(mayHideDamage(Buffer.from(bytes).fill(0, middle, middle + 10))).toBe(true);
});

test('zeros that give the right number of blocks are damage', async () => {
  const bytes = await photoLike(size).jpeg({ quality: 80 }).toBuffer();
  const start = bytes.indexOf('\xff\xda', undefined, 'latin1') + 2_000;
  // A part that 24 zeros replace is as long as one MCU; found by trying.
  const accepted = [];
  for (let at = start; at < start + 4_000; at += 50) {
    const zeroed = Buffer.from(bytes).fill(0, at, at + 150);
    if (await isAccepted(zeroed, 'warning')) accepted.push(zeroed);
  }
  expect(accepted.length).toBeGreaterThan(0);
  for (const zeroed of accepted) await corrupt(zeroed);
});

test('zeros of a flat image are no damage', async () => {
  const white = sharp({ create: { ...size, channels: 3, background: '#fff' } });
  const bytes = await white.jpeg({ optimiseCoding: true }).toBuffer();
  expect(bytes.includes(Buffer.alloc(100), bytes.indexOf('\xff\xda', 'latin1'))).toBe(true);
  expect((await toGrayscale(bytes)).losses).toEqual([]);
});

describe('restart markers', () => {
  const at = (bytes: Buffer, number: number) => bytes.indexOf(Buffer.from([0xff, 0xd0 + number]));

  test('with a wrong number are damage', async () => {
    const bytes = await fixture('restarts.jpg');
    bytes[at(bytes, 0) + 1] = 0xd4;
    await corrupt(bytes);
  });

  test('limit the loss of a missing interval', async () => {
    const bytes = await fixture('restarts.jpg');
    const less = Buffer.concat([bytes.subarray(0, at(bytes, 0)), bytes.subarray(at(bytes, 1))]);
    // One of three rows of MCUs; see the file’s origin.
    expect(await toGrayscale(less, tolerant)).toMatchObject({
      losses: ['truncated'],
      missingShare: 1 / 3,
    });
  });
});

describe('is converted as usual', () => {
  test('with scan parameters that have no meaning in a sequential file, as phones write', async () => {
    const bytes = await photoLikeJpeg(size);
    const odd = Buffer.from(bytes);
    const scan = odd.indexOf('\xff\xda', 'latin1');
    odd.fill(0, scan + 4 + 1 + 3 * 2, scan + 4 + 1 + 3 * 2 + 3);
    expect(await isAccepted(odd, 'warning')).toBe(false);
    expect((await toGrayscale(odd)).bytes).toEqual((await toGrayscale(bytes)).bytes);
  });

  test.each([
    ['fill bytes', '\xff\xff\xff'],
    ['zeros up to a whole word', '\0\0'],
    ['a restart marker', '\xff\xd0'],
  ])('with %s before its end marker', async (_, extra) => {
    const bytes = await photoLikeJpeg(size);
    const longer = Buffer.concat([bytes.subarray(0, -2), Buffer.from(extra, 'latin1'), end]);
    expect((await toGrayscale(longer)).bytes).toEqual((await toGrayscale(bytes)).bytes);
  });

  test('with arithmetic coding, whose damage is seen only by a missing end marker', async () => {
    const bytes = await fixture('arithmetic.jpg');
    expect((await toGrayscale(bytes)).losses).toEqual([]);
    await corrupt(bytes.subarray(0, -2));
  });
});

test('a progressive file without its last scans is damaged', async () => {
  const bytes = await photoLikeJpeg({ ...size, progressive: true });
  const lastScan = bytes.lastIndexOf('\xff\xda', undefined, 'latin1');
  const { losses, missingShare } = await toGrayscale(bytes.subarray(0, lastScan), tolerant);
  // Every pixel is there, without its finest detail.
  expect({ losses, missingShare }).toEqual({ losses: ['truncated'], missingShare: undefined });
  await corrupt(bytes.subarray(0, lastScan));
});

test.each([
  ['without codes', (counts: Buffer) => counts.fill(0)],
  ['with more codes than bits allow', (counts: Buffer) => counts.fill(1, 0, 2).fill(4, 2, 3)],
  ['that is cut', (counts: Buffer) => counts.fill(255, 15)],
])('a Huffman table %s is damage', async (_, change) => {
  const bytes = await photoLikeJpeg(size);
  const at = bytes.lastIndexOf('\xff\xc4', undefined, 'latin1') + 5;
  change(bytes.subarray(at, at + 16));
  const verdict = await judgeJpeg(bytes, 1e5, startDeadline(10_000));
  expect(verdict).toMatchObject({ reason: expect.stringMatching(/Huffman/) });
});

test('a damaged image does not affect a whole one next to it', async () => {
  const [half, whole] = await Promise.all(['half-scan.jpg', 'whole.jpg'].map(fixture));
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, i) => toGrayscale((i % 2 === 0 ? half : whole) as Buffer)),
  );
  const expected = outcomes.map((_, i) => (i % 2 === 0 ? 'rejected' : 'fulfilled'));
  expect(outcomes.map(({ status }) => status)).toEqual(expected);
});

test('reading the data ends at the deadline', async () => {
  const bytes = await photoLikeJpeg(size);
  const deadline = startDeadline(0);
  await expect(judgeJpeg(bytes, 1e5, deadline)).rejects.toMatchObject({
    code: 'CONVERSION_TIMEOUT',
  });
});
