import sharp from 'sharp';
import { orCorrupt } from './decoder-error.ts';
import type { PixelImage } from './pixel-image.ts';
import type { SourceImage } from './read-header.ts';
import { isTiledTiff } from './tiff-layout.ts';

/** The first page as 8-bit gray, RGB or RGBA, turned upright. Throws `ConversionError`. */
export async function decode(
  bytes: Uint8Array,
  source: SourceImage,
  maxPixels: number,
): Promise<PixelImage> {
  const decoder = sharp(bytes, {
    failOn: strictnessFor(bytes, source),
    limitInputPixels: maxPixels,
    limitInputChannels: false,
    autoOrient: true,
    // Pillow does not look at the profile either.
    ignoreIcc: true,
  })
    .toColourspace(isPlainGray(source) ? 'b-w' : 'srgb')
    .raw();
  const { data, info } = await orCorrupt(
    source.format,
    decoder.toBuffer({ resolveWithObject: true }),
  );
  const { width, height, channels } = info;
  return { pixels: data, width, height, channels };
}

/**
 * `error` refuses what is cut off and takes what Pillow takes without complaint: stray bytes
 * between the segments of a JPEG, odd tags in a TIFF. But only as a warning does libvips report a
 * broken tile, and hands out the rest of the image.
 */
function strictnessFor(bytes: Uint8Array, { format }: SourceImage): 'error' | 'warning' {
  return format === 'tiff' && isTiledTiff(bytes) ? 'warning' : 'error';
}

/**
 * One channel instead of three equal ones. Not for gray with alpha, whose alpha sharp would drop,
 * nor for 16 bits, of which the way to RGB keeps the upper eight, as Pillow does.
 */
function isPlainGray({ channels, depth }: SourceImage): boolean {
  return channels === 1 && depth <= 8;
}
