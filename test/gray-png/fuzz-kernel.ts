// What `npm run fuzz:kernel -- --seconds 60 --seed 1` runs: random images, each written as a PNG and read
// back by two decoders. It ends with the first image that differs, or when its time is over.

import { mulberry32 } from '../../src/convert/gray/mulberry32.ts';
import { encodeGrayPng } from '../../src/gray-png/index.ts';
import type { PngSource } from '../../src/gray-png/pixel-kinds.ts';
import { runSeeds } from '../../testing/run-seeds.ts';
import { decoders } from './decoders.ts';
import { contents, drawImage, type ImageSize } from './images.ts';

let images = 0;

await runSeeds(
  'fuzz:kernel',
  (seed) => {
    images++;
    return findFault(seed);
  },
  () => `${images} images passed`,
);

/** What is wrong with the image of a seed, if anything. */
async function findFault(seed: number): Promise<string | undefined> {
  const random = mulberry32(seed);
  const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const side = () => Math.ceil(oneOf([8, 40, 400, 3_000]) * random());
  const depth = oneOf([8, 8, 8, 16] as const);
  const channels = depth === 8 ? oneOf([1, 2, 3, 4] as const) : oneOf([1, 2, 3] as const);
  const [width, height] = random() < 0.02 ? [Math.ceil(random() * 200_000), 1] : [side(), side()];
  const size: ImageSize = { width, height: Math.min(height, 4e5 / width), channels, depth };
  size.height = Math.max(1, Math.floor(size.height));
  const content = oneOf(Object.keys(contents));
  const clear = Math.floor(random() * width * size.height * 2);
  const source = drawImage(content, size, { seed, isClear: (pixel) => pixel === clear });
  const shown = JSON.stringify({ content, ...size });
  const written = await encodeGrayPng(source).catch(String);
  if (typeof written === 'string') return `${shown}: ${written}`;
  const { bytes } = written;
  const expected = grayOf(source);
  for (const [name, decode] of Object.entries(decoders)) {
    const { samples } = await decode(bytes);
    const at = samples.findIndex((sample, i) => sample !== expected[i]);
    if (samples.length === expected.length && at === -1) continue;
    return `${shown}: sample ${at} of ${samples.length} by ${name} is ${samples[at]}, not ${expected[at]}`;
  }
  return undefined;
}

function grayOf({ pixels, channels, depth }: PngSource): number[] {
  if (channels < 3) return Array.from(pixels);
  const keepsAlpha = channels === 4 && pixels.some((value, i) => i % 4 === 3 && value !== 255);
  const gray: number[] = [];
  for (let i = 0; i < pixels.length; i += channels) {
    const [red, green, blue, alpha] = pixels.subarray(i, i + 4) as unknown as number[] as [
      number,
      number,
      number,
      number,
    ];
    const value = Math.floor((red * 19_595 + green * 38_470 + blue * 7_471) / 65_536 + 0.5);
    gray.push(depth === 8 ? Math.round(value / 257) : value);
    if (keepsAlpha) gray.push(alpha);
  }
  return gray;
}
