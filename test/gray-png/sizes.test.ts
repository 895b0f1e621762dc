import { constants, deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { mulberry32 } from '../../src/convert/gray/mulberry32.ts';
import { encodeGrayPng } from '../../src/gray-png/index.ts';
import type { PngSource } from '../../src/gray-png/pixel-kinds.ts';
import { contents, drawImage } from './images.ts';

const framing = 8 + 25 + 12 + 12;

describe('noise', () => {
  test.each([
    { width: 1, height: 1, channels: 1, depth: 8 },
    { width: 900, height: 700, channels: 1, depth: 8 },
    { width: 300, height: 400, channels: 2, depth: 8 },
    { width: 301, height: 200, channels: 2, depth: 16 },
    { width: 200_000, height: 3, channels: 1, depth: 8 },
  ] as const)('takes at most 1.0002 times what it is: %j', async (size) => {
    const { bytes } = await encodeGrayPng(noiseOf(size));
    const filtered = size.height * (size.width * size.channels * (size.depth / 8) + 1);
    expect(bytes.length).toBeLessThanOrEqual(filtered * 1.0002 + framing + 16);
  });

  function noiseOf(size: Pick<PngSource, 'width' | 'height' | 'channels'> & { depth: 8 | 16 }) {
    const random = mulberry32(7);
    const length = size.width * size.height * size.channels;
    const pixels = size.depth === 8 ? new Uint8Array(length) : new Uint16Array(length);
    for (let i = 0; i < length; i++) pixels[i] = random() * (size.depth === 8 ? 256 : 65_536);
    return { ...size, pixels };
  }
});

describe('the output is at most 2 % larger than zlib on rows with the smallest-sum filter, as in Pillow:', () => {
  const sizes = [
    [1, 1],
    [8, 8],
    [50, 31],
    [200, 150],
    [900, 700],
  ] as const;
  const rows = Object.keys(contents).flatMap((content) =>
    sizes.map(([width, height]) => ({ content, width, height })),
  );

  test.each(rows)('$content of $width x $height', async ({ content, width, height }) => {
    const source = drawImage(content, { width, height, channels: 1, depth: 8 }, { seed: 3 });
    const { bytes } = await encodeGrayPng(source);
    expect(bytes.length).toBeLessThanOrEqual(likePillow(source) * 1.02);
  });

  /** PNG with the smallest-sum filter for each row, zlib at level 6, Z_FILTERED, memory level 9. */
  function likePillow({ pixels, width, height }: PngSource): number {
    const filtered = Buffer.alloc(height * (width + 1));
    for (let y = 0; y < height; y++) {
      filtered.set(smallestRow(pixels, width, y), y * (width + 1));
    }
    const options = { level: 6, memLevel: 9, strategy: constants.Z_FILTERED };
    return framing + deflateSync(filtered, options).length;
  }

  function smallestRow(pixels: ArrayLike<number>, width: number, y: number): Uint8Array {
    const at = (row: number, x: number) => (row < 0 || x < 0 ? 0 : (pixels[row * width + x] ?? 0));
    const guesses: ((x: number) => number)[] = [
      () => 0,
      (x) => at(y, x - 1),
      (x) => at(y - 1, x),
      (x) => (at(y, x - 1) + at(y - 1, x)) >> 1,
      (x) => paeth(at(y, x - 1), at(y - 1, x), at(y - 1, x - 1)),
    ];
    const rows = guesses.map((guess, filter) => {
      const row = Uint8Array.of(
        filter,
        ...Array.from({ length: width }, (_, x) => at(y, x) - guess(x)),
      );
      const sum = row.subarray(1).reduce((total, byte) => total + Math.min(byte, 256 - byte), 0);
      return { row, sum };
    });
    return rows.reduce((best, each) => (each.sum < best.sum ? each : best)).row;
  }

  function paeth(a: number, b: number, c: number): number {
    const p = a + b - c;
    return [a, b, c].reduce((best, v) => (Math.abs(p - v) < Math.abs(p - best) ? v : best));
  }
});

describe('the output bytes', () => {
  const source = drawImage('photo', { width: 2_000, height: 1_500, channels: 3, depth: 8 });

  test('are the same each time, also during concurrent conversions', async () => {
    const glyphs = drawImage('glyphs', { width: 500, height: 500, channels: 4, depth: 8 });
    const alone = [await encodeGrayPng(source), await encodeGrayPng(glyphs)].map(
      (png) => png.bytes,
    );
    const together = await Promise.all(
      [source, glyphs, source, glyphs].map((s) => encodeGrayPng(s)),
    );
    expect(together.map(({ bytes }) => Buffer.from(bytes))).toEqual([...alone, ...alone]);
  });

  test('are no longer written once the progress callback throws', async () => {
    const seen: number[] = [];
    const onProgress = (sizeBytes: number) => {
      seen.push(sizeBytes);
      if (sizeBytes > 50_000) throw new Error('enough');
    };
    await expect(encodeGrayPng(source, { onProgress })).rejects.toThrow('enough');
    expect(seen.slice(0, -1).every((size) => size <= 50_000)).toBe(true);
    // The kernel can be used again afterwards.
    const again = await encodeGrayPng(source);
    expect(again.bytes.length).toBeGreaterThan(50_000);
  });

  test('are written while other work gets its turn', async () => {
    let turns = 0;
    let isDone = false;
    const count = () => {
      turns++;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    await encodeGrayPng(source);
    isDone = true;
    expect(turns).toBeGreaterThan(2);
  });
});
