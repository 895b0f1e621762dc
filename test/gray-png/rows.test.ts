import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { RowKernel } from '../../src/gray-png/kernel.ts';
import { luma } from '../../src/gray-png/luma.ts';
import { pixelKinds } from '../../src/gray-png/pixel-kinds.ts';
import { createWasmKernel } from '../../src/gray-png/wasm-kernel.ts';
import { contents, drawImage } from './images.ts';
import { createPlainKernel } from './plain-kernel.ts';

const kernels: Record<string, RowKernel> = { plain: createPlainKernel() };

beforeAll(async () => {
  kernels.wasm = await createWasmKernel();
});

describe('luma', () => {
  const perPart = 2 ** 20;

  // The formula of docs/semantics.md, without fixed point: 65536 divides exactly in binary.
  const grayOf = (red: number, green: number, blue: number) =>
    Math.floor((red * 19_595 + green * 38_470 + blue * 7_471) / 65_536 + 0.5);

  test.each([
    ['RGB', 3],
    ['RGBA', 4],
  ] as const)('of all 2^24 colours in %s is that of the formula', async (_, channels) => {
    const pixels = new Uint8Array(perPart * channels).fill(255);
    let wrong = 0;
    for (let part = 0; part < 2 ** 24; part += perPart) {
      for (let i = 0, at = 0; i < perPart; i++, at += channels) {
        const colour = part + i;
        pixels[at] = colour >> 16;
        pixels[at + 1] = colour >> 8;
        pixels[at + 2] = colour;
      }
      const gray = await luma({ pixels, width: perPart, height: 1, channels });
      expect(gray.channels).toBe(1);
      for (let i = 0; i < perPart; i++) {
        const colour = part + i;
        const expected = grayOf(colour >> 16, (colour >> 8) & 255, colour & 255);
        if (gray.pixels[i] !== expected) wrong++;
      }
    }
    expect(wrong).toBe(0);
  });

  test('keeps an alpha that is not opaque, wherever it occurs', async () => {
    for (const clear of [0, 15, 16, 17, 70_000]) {
      const size = { width: 70_001, height: 1, channels: 4, depth: 8 } as const;
      const { pixels } = drawImage('noise', size, { isClear: (pixel) => pixel === clear });
      const gray = await luma({ ...size, pixels });
      expect(gray.channels).toBe(2);
      expect(gray.pixels[clear * 2 + 1]).toBe(1);
      expect(gray.pixels.filter((value, i) => i % 2 === 1 && value !== 255)).toHaveLength(1);
    }
  });
});

interface FilterCase {
  pixels: ArrayLike<number>;
  bytes: number;
  step: number;
  filter: number;
}

describe('the kernel and the plain version', () => {
  const kinds = Object.values(pixelKinds);

  test('convert rows of every kind to the same gray', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.record({
          rows: fc.integer({ min: 1, max: 4 }),
          pixels: fc.integer({ min: 1, max: 70 }),
        }),
        fc.uint8Array({ minLength: 4 * 6 * 70, maxLength: 4 * 6 * 70 }),
        fc.boolean(),
        (kind, { rows, pixels }, bytes, isOpaque) => {
          if (isOpaque) for (let i = 3; i < bytes.length; i += 4) bytes[i] = 255;
          const stride = pixels * kind.grayBytes + 19;
          const made = ['wasm', 'plain'].map((name) => {
            const { heap, source, gray, ...kernel } = kernels[name] as RowKernel;
            kernel.clearGray();
            heap.set(bytes, source);
            const answer = kernel.grayRows(kind.id, rows, pixels, source, gray + 16, stride);
            return { answer: answer !== 0, gray: heap.slice(gray, gray + 16 + stride * 4) };
          });
          expect(made[0]).toEqual(made[1]);
        },
      ),
    );
  });

  test('choose the same filters and filter alike', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(contents)),
        fc.integer({ min: 1, max: 6_000 }),
        fc.constantFrom(1, 2, 4),
        fc.constantFrom(-1, 0, 1, 2, 3, 4),
        fc.nat(),
        (content, bytes, step, filter, seed) => {
          const size = { width: bytes, height: 3, channels: 1, depth: 8 } as const;
          const { pixels } = drawImage(content, size, { seed });
          const [wasm, plain] = ['wasm', 'plain'].map((name) =>
            filtered(kernels[name] as RowKernel, { pixels, bytes, step, filter }),
          );
          expect(wasm).toEqual(plain);
          if (filter === -1) expect(wasm?.[0]).toBe(bestFilter(pixels, bytes, step));
        },
      ),
    );
  });

  /** Three rows of `bytes`, the first one being the row above. */
  function filtered(
    { heap, gray, filtered, ...kernel }: RowKernel,
    { pixels, bytes, step, filter }: FilterCase,
  ): Uint8Array {
    const stride = Math.ceil(bytes / 16) * 16 + 16;
    kernel.clearGray();
    for (let y = 0; y < 3; y++) {
      const row = Array.from(pixels).slice(y * bytes, (y + 1) * bytes);
      heap.set(row, gray + 16 + y * stride);
    }
    kernel.putRows(gray + 16 + stride, 2, bytes, stride, step, filter, filtered);
    return heap.slice(filtered, filtered + 2 * (bytes + 1));
  }

  /** From the formulas in the PNG specification, 12.7; equals are resolved in the kernel’s order. */
  function bestFilter(pixels: ArrayLike<number>, bytes: number, step: number): number {
    const sums = [0, 2, 1, 3, 4].map((filter) => {
      let sum = 0;
      for (let x = 0; x < bytes; x++) {
        const at = (row: number, column: number) =>
          column < 0 ? 0 : (pixels[row * bytes + column] ?? 0);
        const [a, b, c] = [at(1, x - step), at(0, x), at(0, x - step)];
        const p = a + b - c;
        const nearest = [a, b, c].reduce((best, v) =>
          Math.abs(p - v) < Math.abs(p - best) ? v : best,
        );
        const guess = [0, a, b, Math.floor((a + b) / 2), nearest][filter] ?? 0;
        const byte = (at(1, x) - guess + 512) % 256;
        sum += Math.min(byte, 256 - byte);
      }
      return { filter, sum };
    });
    return sums.reduce((best, each) => (each.sum < best.sum ? each : best)).filter;
  }
});
