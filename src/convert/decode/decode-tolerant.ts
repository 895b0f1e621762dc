import type { CheckedImage } from '../check-image.ts';
import { ConversionError } from '../errors.ts';
import { isTiledTiff } from '../formats/tiff-layout.ts';
import type { Damage } from './damage.ts';
import { decode, type StoredPixels } from './decode.ts';
import { corruptImage } from './decoder-error.ts';
import { hiddenDamage, reportedDamage } from './find-damage.ts';
import { completePng } from './png/complete-png.ts';
import { repairPng } from './png/repair-png.ts';
import { decodeOwnRows } from './rows/decode-own-rows.ts';

export interface Decoded {
  pixels: StoredPixels;
  /** Pixels that were missing from the source and have been filled in. */
  damage?: Damage;
}

export interface DecodeOptions {
  /** Our own decoders have already found that the file is not whole. */
  isBySharp?: boolean;
}

/**
 * Decodes an image. With `tolerate: 'truncated'`, also recovers what is left of a truncated image
 * or one with damaged pixels. Decodes strictly first, because only that shows whether anything is
 * missing. Throws `ConversionError`.
 */
export async function decodeTolerant(
  image: CheckedImage,
  { isBySharp = false }: DecodeOptions = {},
): Promise<Decoded> {
  const own = isBySharp ? undefined : await decodeOwnRows(image);
  if (own) return { pixels: own };
  const hidden = await hiddenDamage(image);
  if (hidden === 'whole') return await decodeLeniently(image);
  if (hidden !== 'unknown') {
    return await decodeRest(image, hidden, corruptImage(image.file.image.format, hidden.reason));
  }
  try {
    return { pixels: await decode(image) };
  } catch (error) {
    // A decoder stopped by the deadline reports the image as damaged.
    image.deadline.check(error);
    if (!isDamaged(error)) throw error;
    if (image.file.image.format === 'png') {
      const bytes = await completePng(image.bytes, image.deadline);
      if (bytes) return { pixels: await decode({ ...image, bytes }) };
    }
    const damage = await reportedDamage(image);
    return damage === 'whole'
      ? await decodeLeniently(image)
      : await decodeRest(image, damage, error);
  }
}

async function decodeLeniently(image: CheckedImage): Promise<Decoded> {
  return { pixels: await decode(image, { failOn: 'none' }) };
}

function isDamaged(error: unknown): boolean {
  return error instanceof ConversionError && error.code === 'CORRUPT_IMAGE';
}

/** Throws the error if nothing may or can be recovered, or if the result would differ between runs. */
async function decodeRest(image: CheckedImage, damage: Damage, error: unknown): Promise<Decoded> {
  const { bytes, file, recipe } = image;
  const { format } = file.image;
  if (recipe.tolerate === 'none') throw error;
  if (format === 'png') {
    const repaired = await repairPng(bytes);
    if (!repaired) throw error;
    const { missingShare } = repaired;
    return {
      pixels: await decode({ ...image, bytes: repaired.bytes }),
      damage: { ...damage, ...(missingShare > 0 && { missingShare }) },
    };
  }
  // Tiles are decoded in any order, into memory that may hold another image’s pixels.
  const isCompleted =
    ['jpeg', 'gif'].includes(format) || (format === 'tiff' && !isTiledTiff(bytes));
  if (!isCompleted) throw error;
  return { ...(await decodeLeniently(image)), damage };
}
