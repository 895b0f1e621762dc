import { checkImage } from '../../src/convert/check-image.ts';
import { startDeadline } from '../../src/convert/deadline.ts';
import { decodeBySharp } from '../../src/convert/decode/decode-by-sharp.ts';
import { resolveLimits } from '../../src/convert/limits.ts';
import { resolveRecipe } from '../../src/convert/recipe/recipe.ts';
import { decodePng, type PngImage } from '../../src/png-rows/index.ts';

export interface Decoded {
  width: number;
  height: number;
  channels: number;
  depth: number;
  samples: Buffer;
}

/** All rows as one image; undefined if the file was not taken. */
export async function decodeRows(
  bytes: Uint8Array,
  { maxPixels = 1e8 } = {},
): Promise<Decoded | undefined> {
  const strips: Buffer[] = [];
  const images: PngImage[] = [];
  let rows = 0;
  const isTaken = await decodePng(bytes, {
    maxPixels,
    onProgress() {},
    onStart: (image) => void images.push(image),
    onRows(pixels, count) {
      strips.push(copyOf(pixels));
      rows += count;
      // Nothing may depend on what happens to the rows afterwards.
      pixels.fill(0x55);
    },
  });
  const [image] = images;
  if (!isTaken || !image) return undefined;
  if (rows !== image.height) throw new Error(`Expected ${image.height} rows, received ${rows}`);
  return { ...image, samples: Buffer.concat(strips) };
}

/** The same by sharp, as the converter calls it. Throws for a damaged file. */
export async function decodeWithSharp(bytes: Uint8Array): Promise<Decoded> {
  const deadline = startDeadline(60_000);
  const terms = { recipe: resolveRecipe({}), limits: resolveLimits({}), deadline };
  const { pixels, width, height, channels } = await decodeBySharp(await checkImage(bytes, terms));
  const depth = pixels instanceof Uint16Array ? 16 : 8;
  return { width, height, channels, depth, samples: copyOf(pixels) };
}

function copyOf({ buffer, byteOffset, byteLength }: Uint8Array | Uint16Array): Buffer {
  return Buffer.from(Buffer.from(buffer, byteOffset, byteLength));
}
