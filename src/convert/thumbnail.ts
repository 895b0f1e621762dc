import { type CheckedImage, checkBytes, checkPixels, type Terms } from './check-image.ts';
import { mapDecoderErrors } from './decode/decoder-error.ts';
import { isOutputFormat } from './encode/output-plan.ts';
import { ConversionError } from './errors.ts';
import { detectInputFormat } from './formats/input-formats.ts';
import { outputFormats } from './formats/output-formats.ts';
import { readHeader } from './formats/read-header.ts';
import type { Limits } from './limits.ts';
import { loadSharp } from './load-sharp.ts';
import { estimateThumbnailBytes } from './memory.ts';
import type { ImageSession } from './open-image.ts';
import { openSession } from './session.ts';

export interface Thumbnail {
  bytes: Uint8Array;
  contentType: 'image/webp';
}

/**
 * Opens a file that this program wrote, to create a small WebP of its first frame: at most `width`
 * wide, within WebP’s maximum height, and never enlarged. Throws `ConversionError`.
 */
export async function openThumbnail(
  bytes: Uint8Array,
  width: number,
  limits: Partial<Limits> = {},
): Promise<ImageSession<Thumbnail>> {
  const { run, ...opened } = await openSession(bytes, {
    recipe: {},
    limits,
    check: checkOutput,
    estimate: estimateThumbnailBytes,
    work: (image) => scale(image, width),
  });
  return { ...opened, convert: run };
}

async function checkOutput(bytes: Uint8Array, terms: Terms): Promise<CheckedImage> {
  const { recipe, limits, deadline } = terms;
  checkBytes(bytes, Math.max(limits.maxBytes, limits.maxOutputBytes));
  const format = detectInputFormat(bytes);
  if (!format || !isOutputFormat(format)) {
    throw new ConversionError('UNSUPPORTED_FORMAT', 'Expected a file that this program wrote.');
  }
  const file = await readHeader(bytes, format, { ...recipe, deadline });
  const plan = { format: 'webp', depth: 8, frames: 1 } as const;
  checkPixels(file.image, plan, limits.maxPixels);
  return { ...terms, bytes, file, plan };
}

async function scale(
  { bytes, file, plan, limits, deadline }: CheckedImage,
  width: number,
): Promise<Thumbnail> {
  const sharp = await loadSharp();
  const scaling = sharp(bytes, { limitInputPixels: limits.maxPixels })
    .timeout(deadline.seconds())
    // Only a JPEG without loss has an orientation.
    .autoOrient()
    .resize({
      width,
      height: outputFormats[plan.format].maxSide,
      fit: 'inside',
      withoutEnlargement: true,
    })
    .webp({ quality: 75, effort: 2 })
    .toBuffer();
  const small = await deadline.step(mapDecoderErrors(file.image.format, scaling));
  return { bytes: small, contentType: 'image/webp' };
}
