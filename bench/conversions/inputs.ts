import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { openImage } from '../../src/convert/index.ts';
import type { Output } from '../workers/peers.ts';
import { drawChart, drawPhoto, drawScan, drawScreenshot } from './draw.ts';
import {
  adobeRgbJpeg,
  deepPng,
  type Encode,
  grayPng,
  heic,
  jpeg,
  palettePng,
  png,
  progressiveJpeg,
  webp,
  withProfile,
} from './encode.ts';

/** A file to measure, and the outputs to convert it to. */
export interface Input {
  name: string;
  file: string;
  /** Its share of all images, from 0 to 1. */
  share: number;
  megapixels: number;
  outputs: Output[];
}

interface Kind {
  /** Of 100 images. */
  share: number;
  megapixels: number;
  encode: (megapixels: number) => Promise<Buffer>;
}

/**
 * What people upload: kinds and shares are an estimate. Photographs differ in size, light and profile, as their
 * cost does.
 */
export const kinds: Record<string, Kind> = {
  'tiny.jpg': { share: 6, megapixels: 0.02, encode: photo('day', jpeg) },
  'small.jpg': { share: 8, megapixels: 0.3, encode: photo('day', jpeg) },
  'medium.jpg': { share: 10, megapixels: 2, encode: photo('day', jpeg) },
  'progressive.jpg': { share: 8, megapixels: 2, encode: photo('day', progressiveJpeg) },
  'large.jpg': { share: 8, megapixels: 12, encode: photo('day', jpeg) },
  'huge.jpg': { share: 2, megapixels: 24, encode: photo('day', jpeg) },
  'srgb.jpg': { share: 10, megapixels: 6, encode: photo('day', withProfile('srgb', jpeg)) },
  'display-p3.jpg': { share: 8, megapixels: 12, encode: photo('day', withProfile('p3', jpeg)) },
  'adobe-rgb.jpg': { share: 2, megapixels: 6, encode: photo('day', adobeRgbJpeg) },
  'sky.jpg': { share: 8, megapixels: 6, encode: photo('sky', jpeg) },
  'night.jpg': { share: 4, megapixels: 6, encode: photo('night', jpeg) },
  'blurred.jpg': { share: 2, megapixels: 2, encode: photo('blurred', jpeg) },
  'scan.jpg': { share: 4, megapixels: 8.7, encode: async (size) => jpeg(await drawScan(size)) },
  'scan.png': { share: 2, megapixels: 8.7, encode: async (size) => grayPng(await drawScan(size)) },
  'screenshot.png': {
    share: 6,
    megapixels: 3,
    encode: async (size) => png(await drawScreenshot(size)),
  },
  'drawing.png': {
    share: 2,
    megapixels: 1,
    encode: async (size) => palettePng(await drawChart(size)),
  },
  'photo.png': { share: 2, megapixels: 2, encode: photo('day', png) },
  'display-p3.png': { share: 2, megapixels: 2, encode: photo('day', withProfile('p3', png)) },
  '16-bit.png': { share: 2, megapixels: 2, encode: photo('day', deepPng) },
  'photo.webp': { share: 2, megapixels: 2, encode: photo('day', webp) },
  'display-p3.heic': { share: 2, megapixels: 6.3, encode: heic },
};

/** Generates an image of each kind. `maxMegapixels` limits their size, but HEIC has at least 1 megapixel. */
export async function generateInputs(
  folder: string,
  { maxMegapixels = Number.POSITIVE_INFINITY } = {},
): Promise<Input[]> {
  await mkdir(folder, { recursive: true });
  const inputs: Input[] = [];
  for (const [name, { share, megapixels, encode }] of Object.entries(kinds)) {
    const file = join(folder, name);
    await writeFile(file, await encode(Math.min(megapixels, maxMegapixels)));
    inputs.push(await inputOf(file, share / 100));
  }
  return inputs;
}

/** The images of a folder, by size, with equal shares. */
export async function findInputs(folder: string): Promise<Input[]> {
  const names = (await readdir(folder)).filter((name) =>
    /\.(jpe?g|png|webp|tiff?|hei[cf])$/i.test(name),
  );
  if (names.length === 0) throw new Error(`Expected images in ${folder} but found none.`);
  const inputs: Input[] = [];
  for (const name of names) inputs.push(await inputOf(join(folder, name), 1 / names.length));
  return inputs.sort((a, b) => a.megapixels - b.megapixels || a.name.localeCompare(b.name));
}

/** A JPEG is also converted to JPEG. */
async function inputOf(file: string, share: number): Promise<Input> {
  const { header, close } = await openImage(await readFile(file));
  close();
  return {
    name: file.slice(file.lastIndexOf('/') + 1),
    file,
    share,
    megapixels: (header.width * header.height) / 1e6,
    outputs: /^\.jpe?g$/i.test(extname(file)) ? ['png', 'jpeg'] : ['png'],
  };
}

function photo(scene: Parameters<typeof drawPhoto>[0], encode: Encode): Kind['encode'] {
  return async (megapixels) => encode(await drawPhoto(scene, megapixels));
}
