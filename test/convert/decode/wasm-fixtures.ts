import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { WasmDecoder } from '../../../src/convert/decode/wasm/wasm-decoder.ts';
import { ConversionError } from '../../../src/convert/errors.ts';

/** The image that all fixtures show, at any depth; see fixtures/README.md. */
export const fixtureSize = { width: 24, height: 16 };

type Pixel = (x: number, y: number) => number[];

export const gray: Pixel = (x, y) => [x * 10 + y];
export const rgb: Pixel = (x, y) => [x * 10, y * 15, (x + y) * 6];
export const alpha: Pixel = (x, y) => [255 - x * 10 - y];
export const grayAlpha: Pixel = (x, y) => [...gray(x, y), ...alpha(x, y)];
export const rgba: Pixel = (x, y) => [...rgb(x, y), ...alpha(x, y)];
export const gray16: Pixel = (x, y) => [x * 2800 + y * 70];
export const rgb16: Pixel = (x, y) => [x * 2800, y * 4300, (x + y) * 1700];
export const alpha16: Pixel = (x, y) => [65_535 - x * 2800 - y * 70];
export const rgba16: Pixel = (x, y) => [...rgb16(x, y), ...alpha16(x, y)];

export function samplesOf(pixel: Pixel, { width, height } = fixtureSize): number[] {
  return Array.from({ length: width * height }, (_, i) =>
    pixel(i % width, Math.floor(i / width)),
  ).flat();
}

export function fixture(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
}

export function largestDifference(actual: ArrayLike<number>, expected: number[]): number {
  expect(actual.length).toBe(expected.length);
  return expected.reduce((most, n, i) => Math.max(most, Math.abs(n - (actual[i] ?? 0))), 0);
}

/** The result for the bytes, in a comparable form. Rethrows unexpected errors. */
export async function outcomeOf(decoder: WasmDecoder, bytes: Uint8Array): Promise<unknown> {
  try {
    const header = await decoder.readHeader(bytes);
    if (header.width * header.height > 1e6) return 'too large';
    return { header, ...(await decoder.decode(bytes)) };
  } catch (error) {
    if (error instanceof ConversionError) return error.message;
    throw error;
  }
}

/** The error of a call that must fail. */
export async function rejection(decoding: Promise<unknown>): Promise<unknown> {
  return await decoding.then(
    () => {
      throw new Error('Expected a rejection but the image was decoded');
    },
    (error: unknown) => error,
  );
}

/** The colours of a pixel that were premultiplied by its alpha, which is its last sample. */
export function seenThrough(pixel: number[]): number[] {
  const alpha = pixel.at(-1) ?? 0;
  const colours = pixel.slice(0, -1);
  return [...colours.map((c) => (alpha ? Math.min(255, Math.round((c * 255) / alpha)) : c)), alpha];
}
