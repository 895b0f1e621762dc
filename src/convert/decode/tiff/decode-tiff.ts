import type { CheckedImage } from '../../check-image.ts';
import { ConversionError } from '../../errors.ts';
import { plainTiff } from '../../formats/plain-tiff.ts';
import { isTiledTiff, tiffCompression } from '../../formats/tiff-layout.ts';
import type { PixelImage } from '../../pixel-image.ts';
import { decodeBySharp } from '../decode-by-sharp.ts';

/**
 * Decodes a TIFF with libtiff’s warnings as errors, because it reports some damaged pixels only so.
 * It warns of odd tags too: then the pixels are read without them. Throws `ConversionError`.
 */
export async function decodeTiff(image: CheckedImage): Promise<PixelImage> {
  const { bytes, deadline } = image;
  try {
    return await decodeBySharp(image, { failOn: 'warning' });
  } catch (error) {
    deadline.check(error);
    if (!(error instanceof ConversionError)) throw error;
  }
  try {
    return await decodeBySharp({ ...image, bytes: plainTiff(bytes) }, { failOn: 'warning' });
  } catch (error) {
    deadline.check(error);
    if (!(error instanceof ConversionError) || mayWarnOfPixels(bytes)) throw error;
  }
  return await decodeBySharp(image, { failOn: 'error' });
}

/** CCITT and JPEG. The other codecs only report errors, and their data are checked before. */
const warningCompressions: readonly (number | undefined)[] = [2, 3, 4, 6, 7];

/** libvips reports a broken tile only as a warning and returns the rest of the image. */
function mayWarnOfPixels(bytes: Uint8Array): boolean {
  return isTiledTiff(bytes) || warningCompressions.includes(tiffCompression(bytes));
}
