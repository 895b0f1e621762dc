// A machine without SIMD writes the same pixels: a process converts with SIMD turned off in V8.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RecipeOptions, toGrayscale } from '../../../src/convert/index.ts';
import { deepPng, photoLikeJpeg, rgbaPng } from '../../../testing/images.ts';

const engine = pathToFileURL(join(import.meta.dirname, '../../../src/convert/index.ts')).href;

/** What V8 does without SSE4.1 or NEON; it has a switch for this only on x64. */
const noSimd = `data:text/javascript,
  WebAssembly.validate = () => false;
  WebAssembly.compile = () => Promise.reject(new WebAssembly.CompileError('no SIMD'));`;

const program = `
  import { readFile, writeFile } from 'node:fs/promises';
  import { toGrayscale } from '${engine}';
  const [source, target, recipe] = process.argv.slice(1);
  const { bytes, channels, depth } = await toGrayscale(await readFile(source), JSON.parse(recipe));
  await writeFile(target, bytes);
  console.log(JSON.stringify({ channels, depth }));`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'without-simd-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const clearPixel = { width: 2, height: 1, rows: Uint8Array.of(255, 0, 0, 255, 0, 0, 255, 128) };
const opaque = { width: 2, height: 1, rows: Uint8Array.of(255, 0, 0, 255, 0, 0, 255, 255) };

const deepRows = { width: 2, height: 1, samples: [1_000, 60_000, 257, 65_535, 128, 30_001] };

test.each<[string, () => Uint8Array | Promise<Uint8Array>, RecipeOptions]>([
  ['a JPEG', photoLikeJpeg, {}],
  ['transparency', () => rgbaPng(clearPixel), {}],
  ['an alpha that hides nothing', () => rgbaPng(opaque), {}],
  ['16 bits', () => deepPng(deepRows), { depth: '16' }],
  ['16 bits, rounded to 8', () => deepPng(deepRows), {}],
  ['few grays', photoLikeJpeg, { depth: '2' }],
  ['another format', photoLikeJpeg, { format: 'tiff' }],
])('%s has the same pixels without SIMD', async (_, source, recipe) => {
  const bytes = await source();
  const expected = await toGrayscale(bytes, recipe);
  const actual = await convertWithoutSimd(bytes, recipe);
  expect(actual).toMatchObject({ channels: expected.channels, depth: expected.depth });
  expect(await pixelsOf(actual.bytes)).toEqual(await pixelsOf(expected.bytes));
});

async function convertWithoutSimd(bytes: Uint8Array, recipe: RecipeOptions) {
  const [source, target] = [join(folder, 'source'), join(folder, 'target')];
  await writeFile(source, bytes);
  const args = ['--import', noSimd, '--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...args,
    ...[source, target, JSON.stringify(recipe)],
  ]);
  return { ...JSON.parse(stdout), bytes: await readFile(target) };
}

async function pixelsOf(bytes: Uint8Array) {
  const image = sharp(bytes);
  const { depth, channels } = await image.metadata();
  return { depth, channels, pixels: await image.raw({ depth: 'ushort' }).toBuffer() };
}
