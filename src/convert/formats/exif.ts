import { heifExif } from '../decode/heif/heif-exif.ts';
import { isoBox } from '../decode/iso-boxes.ts';
import { hasText } from './bytes.ts';
import type { InputFormat } from './input-formats.ts';
import { jpegSegments } from './jpeg-segments.ts';
import { pngExif } from './png-exif.ts';
import { riffChunk } from './riff-chunks.ts';
import { type TiffDirectory, tiffDirectories } from './tiff-layout.ts';

const finders: Partial<Record<InputFormat, (bytes: Uint8Array) => Uint8Array | undefined>> = {
  jpeg: jpegExif,
  png: pngExif,
  // Most are TIFFs.
  raw: (bytes) => bytes,
  webp: (bytes) => riffChunk(bytes, 'EXIF'),
  avif: heifExif,
  heic: heifExif,
  // The box starts with the offset of the data after it: ISO/IEC 18181-2.
  jxl: (bytes) => afterOffset(isoBox(bytes, 'Exif')),
};

/**
 * The first directory of a file’s EXIF data, which has the layout of a TIFF: EXIF 2.32, 4.5.
 * Undefined if there is none.
 */
export function exifOf(bytes: Uint8Array, format: InputFormat): TiffDirectory | undefined {
  const found = finders[format]?.(bytes);
  if (!found) return undefined;
  // Some writers keep the prefix of the JPEG segment.
  const exif = hasText(found, 'Exif\0\0') ? found.subarray(6) : found;
  const isTiff = hasText(exif, 'II*\0') || hasText(exif, 'MM\0*');
  return isTiff ? (tiffDirectories(exif).next().value ?? undefined) : undefined;
}

const orientationTag = 0x0112;

/** The orientation in a PNG’s EXIF data, if it is valid. */
export function pngOrientation(png: Uint8Array): number | undefined {
  const orientation = exifOf(png, 'png')?.number(orientationTag) ?? 0;
  return orientation >= 1 && orientation <= 8 ? orientation : undefined;
}

const app1 = 0xe1;

function jpegExif(bytes: Uint8Array): Uint8Array | undefined {
  for (const { marker, data } of jpegSegments(bytes)) {
    if (marker === app1 && hasText(data, 'Exif\0\0')) return data;
  }
  return undefined;
}

/** The data of a box or item that starts with the offset of the TIFF header in what follows. */
function afterOffset(box: Uint8Array | undefined): Uint8Array | undefined {
  if (!box || box.length < 4) return undefined;
  const offset = new DataView(box.buffer, box.byteOffset).getUint32(0);
  return box.subarray(4 + offset);
}
