import type { Cicp } from '../colour/cicp.ts';
import { avifColours } from '../decode/heif/avif-colours.ts';
import { exifColours } from './exif-colours.ts';
import type { InputFormat } from './input-formats.ts';
import { pngColours } from './png-colours.ts';
import { tiffColours } from './tiff-colours.ts';

/** What a file says about its colours; sRGB if it says nothing. */
export interface StatedColours {
  /** Takes precedence over the numbers. */
  icc?: Uint8Array;
  /** The colours as numbers, if the file gives them. */
  cicp?: Cicp;
  /** Gray spans 16 to 235 of 255 as libvips decodes it. */
  isLimitedGray?: boolean;
}

/** The colours of a file that sharp reads. */
export function statedColours(
  bytes: Uint8Array,
  format: InputFormat,
  { icc, exif }: { icc?: Uint8Array | undefined; exif?: Uint8Array | undefined },
): StatedColours {
  const png = format === 'png' ? pngColours(bytes) : {};
  const avif = format === 'avif' ? avifColours(bytes) : {};
  const tiff = format === 'tiff' ? tiffColours(bytes) : undefined;
  const cicp = png.cicp ?? avif.cicp ?? tiff ?? (exif && exifColours(exif));
  return {
    ...(icc && !png.isFirst && { icc }),
    ...(cicp && { cicp }),
    ...(avif.isLimitedGray && { isLimitedGray: true }),
  };
}
