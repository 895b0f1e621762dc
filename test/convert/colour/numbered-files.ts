// What the tests of colours given by numbers share.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type RecipeOptions, toGrayscale } from '../../../src/convert/index.ts';
import { buildPng, type ColourType, parsePng } from '../../../testing/png.ts';

const folder = join(import.meta.dirname, '../fixtures/colours');
export const file = (name: string) => readFileSync(join(folder, name));

export async function convert(bytes: Uint8Array, recipe: RecipeOptions = {}) {
  const { bytes: png, losses } = await toGrayscale(bytes, recipe);
  return { ...parsePng(png), losses };
}

/** The gray in the middle of equally wide patches. */
export async function patches(bytes: Uint8Array, count: number, recipe: RecipeOptions = {}) {
  const { pixels, width, height } = await convert(bytes, recipe);
  const row = Math.floor(height / 2) * width;
  return Array.from(
    { length: count },
    (_, i) => pixels[row + Math.floor(((i + 0.5) * width) / count)],
  );
}

export const apart = (some: (number | undefined)[], others: readonly number[]) => {
  expect(some).toHaveLength(others.length);
  return Math.max(...others.map((value, i) => Math.abs(value - (some[i] ?? Number.NaN))));
};

export const colours = [
  [0, 0, 0],
  [64, 64, 64],
  [128, 128, 128],
  [255, 255, 255],
  [200, 60, 30],
  [40, 120, 60],
  [30, 50, 120],
];
export const rawGrays = [0, 64, 128, 255, 98, 89, 52];

export function png(
  chunks: [string, Uint8Array][],
  samples = colours.flat(),
  colourType: ColourType = 'rgb',
) {
  const width = samples.length / (colourType === 'rgb' ? 3 : 1);
  return buildPng({ width, height: 1, colourType, rows: Uint8Array.from(samples), chunks });
}

export const cicp = (primaries: number, transfer: number, isFull = true): [string, Uint8Array] => [
  'cICP',
  Uint8Array.of(primaries, transfer, 0, isFull ? 1 : 0),
];

/** The file with its colr box made unknown. */
export function withoutColr(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  changed.write('free', changed.indexOf('colr'), 'latin1');
  return changed;
}
