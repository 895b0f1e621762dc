import sharp from 'sharp';
import { ConversionError } from './errors.ts';
import { inputFormatOf } from './input-formats.ts';
import { type Limits, resolveLimits } from './limits.ts';
import { outputFormats } from './output-formats.ts';

export interface Thumbnail {
  bytes: Uint8Array;
  contentType: 'image/webp';
}

/**
 * A small WebP of a file that this program wrote: its first frame, no wider than `width`, never
 * enlarged. Throws `ConversionError`.
 */
export async function thumbnailOf(
  bytes: Uint8Array,
  width: number,
  limits: Partial<Limits> = {},
): Promise<Thumbnail> {
  const format = inputFormatOf(bytes);
  if (!format || !(format in outputFormats)) {
    throw new ConversionError('UNSUPPORTED_FORMAT', 'Expected a file that this program wrote.');
  }
  const { maxPixels, timeoutMs } = resolveLimits(limits);
  try {
    const small = await sharp(bytes, { limitInputPixels: maxPixels })
      .timeout({ seconds: Math.ceil(timeoutMs / 1e3) })
      .resize({ width, withoutEnlargement: true })
      .webp({ quality: 75, effort: 2 })
      .toBuffer();
    return { bytes: small, contentType: 'image/webp' };
  } catch (cause) {
    throw new ConversionError(
      'CORRUPT_IMAGE',
      `Expected a whole ${outputFormats[format as keyof typeof outputFormats].name} but: ${(cause as Error).message}`,
      { cause },
    );
  }
}
