import { ConversionError } from '../errors.ts';
import { isCutGif } from '../formats/gif-blocks.ts';
import type { SourceFile } from '../formats/read-header.ts';
import { isTiledTiff } from '../formats/tiff-layout.ts';
import type { PixelImage } from '../pixel-image.ts';
import type { Recipe } from '../recipe/recipe-options.ts';
import { type DecodeOptions, decode } from './decode.ts';
import { mendPng } from './repair-png.ts';

interface Decoded {
  image: PixelImage;
  /** Some of its pixels are not those of the source, but what stands for what is missing. */
  isTruncated: boolean;
}

/**
 * Decodes; with `tolerate: 'truncated'` also what is left of an image that is cut off or damaged in
 * its pixels. Strictly first: that alone tells whether anything is missing. Throws `ConversionError`.
 */
export async function decodeTolerant(
  bytes: Uint8Array,
  file: SourceFile,
  { tolerate, ...options }: DecodeOptions & { tolerate: Recipe['tolerate'] },
): Promise<Decoded> {
  try {
    if (options.frames > 1) checkFrames(bytes, file);
    return { image: await decode(bytes, file, options), isTruncated: false };
  } catch (error) {
    // What is told to stop for lack of time looks damaged as well.
    options.deadline.check(error);
    if (tolerate === 'none' || !isDamaged(error)) throw error;
    const image = await decodeRest(bytes, file, options);
    if (!image) throw error;
    return { image, isTruncated: true };
  }
}

/** The first frame of a GIF may be whole, and more is not asked for. */
function checkFrames(bytes: Uint8Array, { image }: SourceFile): void {
  if (image.format !== 'gif' || !isCutGif(bytes)) return;
  throw new ConversionError(
    'CORRUPT_IMAGE',
    `Expected a whole GIF image but its data are cut off in or after frame ${image.pages}. Upload it again from the original.`,
  );
}

function isDamaged(error: unknown): boolean {
  return error instanceof ConversionError && error.code === 'CORRUPT_IMAGE';
}

/** Undefined where there is nothing to be had, or nothing that is the same each time. */
async function decodeRest(
  bytes: Uint8Array,
  file: SourceFile,
  options: DecodeOptions,
): Promise<PixelImage | undefined> {
  const { format } = file.image;
  if (format === 'png') {
    const mended = await mendPng(bytes);
    return mended && (await decode(mended, file, options));
  }
  // Tiles are decoded in no order, into memory that may hold another one's pixels.
  const isCompleted =
    ['jpeg', 'gif'].includes(format) || (format === 'tiff' && !isTiledTiff(bytes));
  return isCompleted ? await decode(bytes, file, { ...options, isLenient: true }) : undefined;
}
