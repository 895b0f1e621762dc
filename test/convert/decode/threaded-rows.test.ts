import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkImage } from '../../../src/convert/check-image.ts';
import { startDeadline } from '../../../src/convert/deadline.ts';
import { rowFactsOf } from '../../../src/convert/decode/rows/row-facts.ts';
import { usesThread } from '../../../src/convert/decode/rows/threaded-rows.ts';
import { runInThread } from '../../../src/convert/decode/wasm/run-in-thread.ts';
import {
  defaultLimits,
  openImage,
  resolveRecipe,
  toGrayscale,
} from '../../../src/convert/index.ts';
import { encodeGrayPng } from '../../../src/gray-png/index.ts';
import { photoLikePixels } from '../../../testing/images.ts';

// Large enough to be decoded on a thread while it is encoded.
const size = { width: 2_100, height: 1_500 };

let jpeg: Buffer;
let expected: Uint8Array;
beforeAll(async () => {
  const raw = { ...size, channels: 3 } as const;
  jpeg = await sharp(photoLikePixels(size), { raw }).jpeg().toBuffer();
  const { data } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  expected = (await encodeGrayPng({ ...raw, pixels: data })).bytes;
});

const cores = Array.from({ length: navigator.hardwareConcurrency });
const isExpected = (bytes: Uint8Array) => Buffer.compare(bytes, expected) === 0;

test('a large JPEG becomes what sharp’s pixels would, also several at once', async () => {
  const images = await Promise.all([jpeg, jpeg, jpeg, jpeg].map((bytes) => toGrayscale(bytes)));
  for (const { bytes, stages, width, height } of images) {
    expect(isExpected(bytes)).toBe(true);
    expect({ width, height }).toEqual(size);
    expect(Math.min(...Object.values(stages))).toBeGreaterThanOrEqual(0);
  }
});

test('one that must be turned is decoded on the thread as well', async () => {
  const turned = await sharp(jpeg).withMetadata({ orientation: 6 }).jpeg().toBuffer();
  const image = await toGrayscale(turned, { format: 'tiff' });
  const [upright, gray] = await Promise.all([
    toGrayscale(await sharp(turned).rotate().png().toBuffer(), { format: 'tiff' }),
    sharp(image.bytes).raw().toBuffer(),
  ]);
  expect(image).toMatchObject({ width: size.height, height: size.width });
  expect(Buffer.compare(gray, await sharp(upright.bytes).raw().toBuffer())).toBe(0);
});

describe('a conversion that does not end well', () => {
  test.each([
    ['data are missing', () => jpeg.subarray(0, -jpeg.length >> 4)],
    [
      'data are damaged',
      () => Buffer.from(jpeg).fill(0, jpeg.length >> 1, (jpeg.length >> 1) + 9_999),
    ],
  ])('because %s has no output, and says why', async (_, bytes) => {
    await expect(toGrayscale(bytes())).rejects.toMatchObject({ code: 'CORRUPT_IMAGE' });
    expect(isExpected((await toGrayscale(jpeg)).bytes)).toBe(true);
  });

  test('because its caller aborts it leaves the thread to the next', async () => {
    const signal = AbortSignal.timeout(5);
    await expect(toGrayscale(jpeg, {}, { signal })).rejects.toThrow('aborted due to timeout');
    expect(isExpected((await toGrayscale(jpeg)).bytes)).toBe(true);
  });

  test('because of its deadline or its output’s size leaves the thread to the next', async () => {
    const started = Array.from({ length: 4 }, () => [
      expect(toGrayscale(jpeg, {}, { timeoutMs: 6 })).rejects.toMatchObject({
        code: 'CONVERSION_TIMEOUT',
      }),
      expect(toGrayscale(jpeg, {}, { maxOutputBytes: 200_000 })).rejects.toMatchObject({
        code: 'OUTPUT_TOO_LARGE',
      }),
    ]);
    await Promise.all(started.flat());
    expect(isExpected((await toGrayscale(jpeg)).bytes)).toBe(true);
  });

  test('before its first row starts no thread, even if it is not closed', async () => {
    const opening = cores.map(() => openImage(jpeg, {}, { maxOutputBytes: 20 }));
    const opened = await Promise.all(opening);
    for (const image of opened) {
      await expect(image.convert()).rejects.toMatchObject({ code: 'OUTPUT_TOO_LARGE' });
    }
    expect(isExpected((await toGrayscale(jpeg, {}, { timeoutMs: 5_000 })).bytes)).toBe(true);
    for (const image of opened) image.close();
  });
});

/** Decodes on a thread, which waits because no band is given back. */
function decodeForever(signal: AbortSignal) {
  const facts = { format: 'jpeg', ...size, channels: 3, bits: 8 } as const;
  return runInThread('decodeRows', jpeg, { signal, rows: { facts, maxPixels: 1e7 } });
}

test('a task that is aborted without a reason ends', async () => {
  const stop = new AbortController();
  const task = decodeForever(stop.signal);
  stop.abort(null);
  await expect(task).rejects.toBeNull();
});

test('a task that is aborted while it waits for a thread leaves the queue at once', async () => {
  const [busy, stop] = [new AbortController(), new AbortController()];
  const running = cores.map(() => decodeForever(busy.signal));
  const waiting = decodeForever(stop.signal);
  const next = decodeForever(busy.signal);
  stop.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  busy.abort(new Error('all'));
  for (const task of [...running, next]) await expect(task).rejects.toThrow('all');
  expect(isExpected((await toGrayscale(jpeg)).bytes)).toBe(true);
});

test('a thread ends with a progressive JPEG that takes much memory', async () => {
  const create = { width: 4_800, height: 4_800, channels: 3, background: '#864' } as const;
  const large = await sharp({ create })
    .jpeg({ progressive: true, chromaSubsampling: '4:4:4' })
    .toBuffer();
  let started = 0;
  const onStart = () => started++;
  process.on('worker', onStart);
  try {
    await toGrayscale(large);
    started = 0;
    await toGrayscale(large);
    expect(started).toBe(1);
    await toGrayscale(jpeg);
    await toGrayscale(jpeg);
    expect(started).toBe(2);
  } finally {
    process.off('worker', onStart);
  }
});

test('a thread that is running decodes smaller images as well', async () => {
  await toGrayscale(jpeg);
  expect(usesThread({ width: 1_000, height: 1_000 })).toBe(true);
  expect(usesThread({ width: 640, height: 480 })).toBe(false);
  const smaller = await sharp(jpeg).resize(1_400, 1_000).png().toBuffer();
  const [first, again] = [await toGrayscale(smaller), await toGrayscale(smaller)];
  expect(Buffer.compare(first.bytes, again.bytes)).toBe(0);
});

test('the memory estimate includes the copies of the file for the thread', async () => {
  const comment = Buffer.alloc(60_002, 1);
  comment.set([0xff, 0xfe]);
  comment.writeUInt16BE(comment.length - 2, 2);
  const larger = Buffer.concat([jpeg.subarray(0, 2), comment, jpeg.subarray(2)]);
  const [small, large] = await Promise.all([jpeg, larger].map((bytes) => openImage(bytes)));
  expect((large?.memoryBytes ?? 0) - (small?.memoryBytes ?? 0)).toBe(2 * comment.length);
  small?.close();
  large?.close();
});

test('a progressive JPEG whose coefficients may not fit is left to sharp', async () => {
  const progressive = await sharp(jpeg).jpeg({ progressive: true }).toBuffer();
  const frameAt = progressive.indexOf(Buffer.from([0xff, 0xc2])) + 5;
  progressive.writeUInt16BE(20_000, frameAt);
  progressive.writeUInt16BE(20_000, frameAt + 2);
  const terms = {
    recipe: resolveRecipe(),
    limits: { ...defaultLimits, maxPixels: 1e9 },
    deadline: startDeadline(60_000),
  };
  expect(rowFactsOf(await checkImage(progressive, terms))).toBeUndefined();
  progressive.writeUInt16BE(2_000, frameAt);
  expect(rowFactsOf(await checkImage(progressive, terms))).toMatchObject({ format: 'jpeg' });
});
