import sharp from 'sharp';
import { type Deadline, startDeadline } from './deadline.ts';
import { orCorrupt } from './decode/decoder-error.ts';
import { ConversionError } from './errors.ts';
import { type InputFormat, inputFormatOf } from './formats/input-formats.ts';
import { outputFormats } from './formats/output-formats.ts';
import { readHeader, type SourceImage } from './formats/read-header.ts';
import { type Limits, resolveLimits } from './limits.ts';
import { estimateThumbnailBytes } from './memory.ts';
import { checkBytes, checkPixels } from './open-image.ts';

export interface Thumbnail {
  bytes: Uint8Array;
  contentType: 'image/webp';
}

/** Reads the header of a file that this program wrote, and checks it. Throws `ConversionError`. */
export async function inspectThumbnail(
  bytes: Uint8Array,
  limits: Partial<Limits> = {},
): Promise<{ memoryBytes: number }> {
  const resolved = resolveLimits(limits);
  const deadline = startDeadline(resolved.timeoutMs);
  const image = await deadline.step(openOutput(bytes, resolved, deadline));
  return { memoryBytes: estimateThumbnailBytes(image) };
}

/**
 * A small WebP of a file that this program wrote: its first frame, no wider than `width` and no higher
 * than WebP can be, never enlarged. Throws `ConversionError`.
 */
export async function thumbnailOf(
  bytes: Uint8Array,
  width: number,
  limits: Partial<Limits> = {},
): Promise<Thumbnail> {
  const resolved = resolveLimits(limits);
  const deadline = startDeadline(resolved.timeoutMs);
  const { format } = await deadline.step(openOutput(bytes, resolved, deadline));
  const scaling = sharp(bytes, { limitInputPixels: resolved.maxPixels })
    .timeout(deadline.seconds())
    .resize({
      width,
      height: outputFormats.webp.maxSide,
      fit: 'inside',
      withoutEnlargement: true,
    })
    .webp({ quality: 75, effort: 2 })
    .toBuffer();
  const small = await deadline.step(orCorrupt(format, scaling));
  return { bytes: small, contentType: 'image/webp' };
}

async function openOutput(
  bytes: Uint8Array,
  { maxBytes, maxPixels, maxOutputBytes }: Limits,
  deadline: Deadline,
): Promise<SourceImage> {
  checkBytes(bytes, Math.max(maxBytes, maxOutputBytes));
  const format = inputFormatOf(bytes);
  if (!format || !isWritten(format)) {
    throw new ConversionError('UNSUPPORTED_FORMAT', 'Expected a file that this program wrote.');
  }
  const { image } = await readHeader(bytes, format, {
    tolerate: 'none',
    compat: 'none',
    deadline,
  });
  checkPixels(image, { frames: 1 }, maxPixels);
  return image;
}

function isWritten(format: InputFormat): boolean {
  return format in outputFormats;
}
