import type { CheckedImage } from '../check-image.ts';
import { ConversionError } from '../errors.ts';
import { isCutGif } from '../formats/gif-blocks.ts';
import { isTiledTiff } from '../formats/tiff-layout.ts';
import { decode, type StoredPixels } from './decode.ts';
import { mendPng } from './repair-png.ts';

export interface Decoded {
  pixels: StoredPixels;
  /** Some of its pixels are not those of the source, but replace what is missing. */
  isTruncated: boolean;
}

/**
 * Decodes; with `tolerate: 'truncated'` also what is left of an image that is truncated or damaged in
 * its pixels. Strictly first: that alone shows whether anything is missing. Throws `ConversionError`.
 */
export async function decodeTolerant(image: CheckedImage): Promise<Decoded> {
  try {
    if (image.plan.frames > 1) checkFrames(image);
    return { pixels: await decode(image), isTruncated: false };
  } catch (error) {
    // What is stopped for lack of time looks damaged as well.
    image.deadline.check(error);
    if (image.recipe.tolerate === 'none' || !isDamaged(error)) throw error;
    const rest = await decodeRest(image);
    if (!rest) throw error;
    return { pixels: rest, isTruncated: true };
  }
}

/** The first frame of a GIF may be whole, and more is not asked for. */
function checkFrames({ bytes, file: { image } }: CheckedImage): void {
  if (image.format !== 'gif' || !isCutGif(bytes)) return;
  throw new ConversionError(
    'CORRUPT_IMAGE',
    `Expected a whole GIF image but its data are cut off in or after frame ${image.pages}. Upload it again from the original.`,
  );
}

function isDamaged(error: unknown): boolean {
  return error instanceof ConversionError && error.code === 'CORRUPT_IMAGE';
}

/** Undefined where nothing can be recovered, or nothing that is the same each time. */
async function decodeRest(image: CheckedImage): Promise<StoredPixels | undefined> {
  const { bytes, file } = image;
  const { format } = file.image;
  if (format === 'png') {
    const mended = await mendPng(bytes);
    return mended && (await decode({ ...image, bytes: mended }));
  }
  // Tiles are decoded in no order, into memory that may hold another one's pixels.
  const isCompleted =
    ['jpeg', 'gif'].includes(format) || (format === 'tiff' && !isTiledTiff(bytes));
  return isCompleted ? await decode(image, { isLenient: true }) : undefined;
}
