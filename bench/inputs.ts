import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { mulberry32 } from '../src/convert/gray/mulberry32.ts';
import type { Output } from './workers/peers.ts';

/** A file to measure, and the outputs to convert it to. */
export interface Input {
  name: string;
  file: string;
  megapixels: number;
  outputs: Output[];
}

const kinds: Record<string, (photo: Sharp) => Sharp> = {
  '.jpg': (photo) => photo.jpeg({ quality: 88 }),
  '-progressive.jpg': (photo) => photo.jpeg({ quality: 88, progressive: true }),
  '.png': (photo) => photo.png({ compressionLevel: 6, adaptiveFiltering: true }),
  '.webp': (photo) => photo.webp({ quality: 88, effort: 2 }),
  '-16bit.png': (photo) => photo.toColourspace('rgb16').png(),
};

const generated: [megapixels: number, kinds: string[]][] = [
  [0.3, ['.jpg']],
  [2, Object.keys(kinds)],
  [12, ['.jpg', '.png']],
];

/** The smallest number of inputs that every kind of measurement needs. */
const quick: typeof generated = [
  [0.3, ['.jpg']],
  [1, ['.jpg', '.png']],
];

/** Photographs generated from a seed: the sample image of dunes, enlarged, with a sensor’s noise. */
export async function generateInputs(folder: string, { isQuick = false } = {}): Promise<Input[]> {
  await mkdir(folder, { recursive: true });
  const inputs: Input[] = [];
  for (const [megapixels, suffixes] of isQuick ? quick : generated) {
    const photo = await photograph(megapixels);
    for (const suffix of suffixes) {
      const file = join(folder, `${megapixels}${suffix}`);
      const encoded = kinds[suffix]?.(photo.clone());
      if (encoded) await writeFile(file, await encoded.toBuffer());
      inputs.push(await inputOf(file));
    }
  }
  return inputs;
}

/** The images of a folder, by name. */
export async function findInputs(folder: string): Promise<Input[]> {
  const names = (await readdir(folder)).filter((name) => /\.(jpe?g|png|webp|tiff?)$/i.test(name));
  if (names.length === 0) throw new Error(`Expected images in ${folder} but found none.`);
  const inputs: Input[] = [];
  for (const name of names) inputs.push(await inputOf(join(folder, name)));
  return inputs.sort((a, b) => a.megapixels - b.megapixels || a.name.localeCompare(b.name));
}

/** A JPEG is also converted to JPEG. */
async function inputOf(file: string): Promise<Input> {
  const { width = 0, height = 0 } = await sharp(file).metadata();
  return {
    name: file.slice(file.lastIndexOf('/') + 1),
    file,
    megapixels: (width * height) / 1e6,
    outputs: /^\.jpe?g$/i.test(extname(file)) ? ['png', 'jpeg'] : ['png'],
  };
}

/** Enlarging alone would leave no detail to compress: noise of up to 6 levels makes up for that. */
export async function photograph(megapixels: number): Promise<Sharp> {
  const width = Math.round(Math.sqrt(megapixels * 1e6 * 1.5));
  const height = Math.round(width / 1.5);
  const { data } = await sharp(new URL('../samples/dunes.jpg', import.meta.url).pathname)
    .autoOrient()
    .resize(width, height, { fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const random = mulberry32(Math.round(megapixels * 10));
  for (let i = 0; i < data.length; i++) {
    const noise = (random() + random() - 1) * 6;
    data[i] = Math.max(0, Math.min(255, Math.round((data[i] as number) + noise)));
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}
