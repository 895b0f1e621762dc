import type { CheckedImage } from '../check-image.ts';
import { ConversionError } from '../errors.ts';
import { isTruncatedGif } from '../formats/gif-blocks.ts';
import { isTiledTiff } from '../formats/tiff-layout.ts';
import { decode, type StoredPixels } from './decode.ts';
import { repairPng } from './repair-png.ts';

export interface Decoded {
  pixels: StoredPixels;
  /** Some pixels were missing from the source and have been filled in. */
  isTruncated: boolean;
}

/**
 * Decodes an image. With `tolerate: 'truncated'`, also recovers what is left of a truncated image
 * or one with damaged pixels. Decodes strictly first, because only that shows whether anything is
 * missing. Throws `ConversionError`.
 */
export async function decodeTolerant(image: CheckedImage): Promise<Decoded> {
  try {
    if (image.plan.frames > 1) checkGifEnd(image);
    return { pixels: await decode(image), isTruncated: false };
  } catch (error) {
    // A decoder stopped by the deadline reports the image as damaged.
    image.deadline.check(error);
    if (image.recipe.tolerate === 'none' || !isDamaged(error)) throw error;
    const rest = await decodeAvailable(image);
    if (!rest) throw error;
    return { pixels: rest, isTruncated: true };
  }
}

/**
 * Rejects a truncated GIF animation. Not called for one frame, because the first frame of a
 * truncated file may be complete.
 */
function checkGifEnd({ bytes, file: { image } }: CheckedImage): void {
  if (image.format !== 'gif' || !isTruncatedGif(bytes)) return;
  throw new ConversionError(
    'CORRUPT_IMAGE',
    `Expected a complete GIF image but its data is truncated in or after frame ${image.pages}. Upload it again from the original.`,
  );
}

function isDamaged(error: unknown): boolean {
  return error instanceof ConversionError && error.code === 'CORRUPT_IMAGE';
}

/** Undefined if nothing can be recovered, or if the result would differ between runs. */
async function decodeAvailable(image: CheckedImage): Promise<StoredPixels | undefined> {
  const { bytes, file } = image;
  const { format } = file.image;
  if (format === 'png') {
    const repaired = await repairPng(bytes);
    return repaired && (await decode({ ...image, bytes: repaired }));
  }
  // Tiles are decoded in any order, into memory that may hold another image’s pixels.
  const canRecover = ['jpeg', 'gif'].includes(format) || (format === 'tiff' && !isTiledTiff(bytes));
  return canRecover ? await decode(image, { isLenient: true }) : undefined;
}
