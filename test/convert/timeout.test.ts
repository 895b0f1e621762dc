import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { startDeadline } from '../../src/convert/deadline.ts';
import { heicDecoder } from '../../src/convert/decode/heif/decode-heic.ts';
import { encode } from '../../src/convert/encode/encode.ts';
import {
  compareMethods,
  defaultLimits,
  resolveRecipe,
  toGrayscale,
} from '../../src/convert/index.ts';
import { buildHeif, codedImage, gridData, property } from '../../testing/heif.ts';
import { inspectImage } from '../../testing/inspect-image.ts';
import { fixture } from './decode/wasm-fixtures.ts';

const timedOut = { name: 'ConversionError', code: 'CONVERSION_TIMEOUT' };

/** The same tile repeated: libheif accepts no more than a thousand items. */
function largeHeic(): Buffer {
  const [rows, columns, width, height] = [31, 31, 2_480, 1_984];
  const { data, hvcC } = codedImage(fixture('tile-rgb.heic'));
  const grid = {
    type: 'grid',
    data: gridData({ rows, columns, width, height }),
    properties: [property.size(width, height)],
  };
  const tile = { type: 'hvc1', data, properties: [hvcC, property.size(80, 64)], isHidden: true };
  const tiles = Array.from({ length: rows * columns }, () => tile);
  const numbers = tiles.map((_, i) => i + 2);
  return buildHeif({ items: [grid, ...tiles], references: [['dimg', 1, numbers]] });
}

async function noise(width: number, height: number): Promise<Buffer> {
  const grain = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  return await sharp({
    create: { width, height, channels: 3, background: '#000', noise: grain },
  })
    .jpeg()
    .toBuffer();
}

/**
 * An image that is converted in time fails its test. Printing all of its bytes would exhaust the memory.
 */
async function sizeOf(conversion: Promise<{ bytes: Uint8Array }>): Promise<number> {
  return (await conversion).bytes.length;
}

/** The longest time for which nothing else could run, and the total time. */
async function longestPause(work: Promise<unknown>): Promise<{ pauseMs: number; totalMs: number }> {
  const startedAt = performance.now();
  let [last, pauseMs] = [startedAt, 0];
  const tick = () => {
    pauseMs = Math.max(pauseMs, performance.now() - last);
    last = performance.now();
  };
  const timer = setInterval(tick, 1);
  await work;
  tick();
  clearInterval(timer);
  return { pauseMs, totalMs: performance.now() - startedAt };
}

describe('a large HEIC', () => {
  const bytes = largeHeic();

  test('is decoded while other work continues', async () => {
    await heicDecoder.decode(fixture('rgb.heic'));
    const { pauseMs, totalMs } = await longestPause(heicDecoder.decode(bytes));
    expect(totalMs).toBeGreaterThan(50);
    expect(pauseMs).toBeLessThan(totalMs / 2);
  });

  test('is aborted at its deadline, and the next image is converted', async () => {
    const { totalMs } = await longestPause(toGrayscale(bytes));
    const startedAt = performance.now();
    // Less than decoding takes on any machine, even if the first conversion was slowed down.
    const timeoutMs = Math.min(50, Math.ceil(totalMs / 10));
    await expect(sizeOf(toGrayscale(bytes, {}, { timeoutMs }))).rejects.toMatchObject(timedOut);
    expect(performance.now() - startedAt).toBeLessThan(totalMs * 0.8);
    await expect(toGrayscale(fixture('rgb.heic'))).resolves.toMatchObject({ width: 24 });
  });

  test('waits for a thread no longer than its deadline', async () => {
    const images = Array.from({ length: 12 }, () =>
      sizeOf(toGrayscale(bytes, {}, { timeoutMs: 30 })),
    );
    for (const image of await Promise.allSettled(images)) {
      expect(image).toMatchObject({ status: 'rejected', reason: timedOut });
    }
    await expect(toGrayscale(fixture('rgb.heic'))).resolves.toMatchObject({ width: 24 });
  });
});

test('sharp itself stops at the deadline', async () => {
  // Takes several seconds; sharp counts whole ones.
  const [width, height] = [9_000, 14_000];
  const gray = { pixels: randomBytes(width * height), width, height, channels: 1 } as const;
  const encoding = encode(gray, {
    recipe: resolveRecipe({ compressionLevel: 9 }),
    plan: { format: 'png', depth: 8, frames: 1 },
    file: {},
    limits: { maxOutputBytes: 2 ** 40 },
    deadline: startDeadline(1),
  });
  await expect(sizeOf(encoding)).rejects.toThrow(/timeout: \d+% complete/);
});

test.each(['gif', 'png'] as const)(
  'the deadline is checked between the steps of %s as well',
  async (format) => {
    const [width, height] = [2_000, 1_500];
    const gray = { pixels: randomBytes(width * height), width, height, channels: 1 } as const;
    const encoding = encode(gray, {
      recipe: resolveRecipe({ format }),
      plan: { format, depth: 8, frames: 1 },
      file: {},
      limits: { maxOutputBytes: 2 ** 40 },
      // A fast encoder finishes within any time that a timer can measure.
      deadline: startDeadline(0),
    });
    await expect(sizeOf(encoding)).rejects.toMatchObject(timedOut);
  },
);

test('comparing methods has a deadline as well', async () => {
  await expect(compareMethods(await noise(2_000, 1_500), { timeoutMs: 1 })).rejects.toMatchObject(
    timedOut,
  );
});

test('a header that needs WebAssembly is read within the deadline', async () => {
  const limits = { ...defaultLimits, timeoutMs: 1 };
  await expect(inspectImage(fixture('animation.jxl'), limits)).rejects.toMatchObject(timedOut);
  await expect(inspectImage(fixture('animation.jxl'))).resolves.toMatchObject({ format: 'jxl' });
});

describe('a step', () => {
  const never = () => new Promise<never>(() => {});

  test('that never ends and cannot be stopped is abandoned at the deadline', async () => {
    await expect(startDeadline(1).step(never())).rejects.toMatchObject(timedOut);
  });

  test('that fails before the deadline keeps its own error', async () => {
    const failing = Promise.reject(new RangeError('something else'));
    await expect(startDeadline(60_000).step(failing)).rejects.toThrow('something else');
  });

  test.each([
    [60_000, 60],
    [1_001, 2],
    [1, 1],
    [Number.MAX_SAFE_INTEGER, 0],
  ])('with a limit of %d ms stops in sharp after %d s, where 0 is never', (timeoutMs, seconds) => {
    expect(startDeadline(timeoutMs).seconds()).toEqual({ seconds });
  });
});

test('a program that converted with WebAssembly exits on its own', async () => {
  const index = new URL('../../src/convert/index.ts', import.meta.url).href;
  const script = `
    const { toGrayscale } = await import(${JSON.stringify(index)});
    const bytes = Buffer.from(${JSON.stringify(fixture('rgb.heic').toString('base64'))}, 'base64');
    const { width } = await toGrayscale(bytes);
    const convertedAt = performance.now();
    process.on('exit', () => console.log(width, performance.now() - convertedAt < 2_000));`;
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  expect((await run).stdout).toBe('24 true\n');
});
