import { hasText } from './bytes.ts';
import { pngChunks } from './png-chunks.ts';

const orientationTag = 0x0112;

/**
 * The orientation in a PNG’s eXIf chunk, which may follow the image data, where libvips does not
 * search: https://www.w3.org/TR/png-3/#eXIf. Undefined if there is none.
 */
export function pngOrientation(bytes: Uint8Array): number | undefined {
  for (const { type, data } of pngChunks(bytes)) {
    if (type === 'eXIf') return exifOrientation(data);
  }
  return undefined;
}

/** Reads the first directory of EXIF data, which has the layout of a TIFF: EXIF 2.32, 4.5.2. */
function exifOrientation(exif: Uint8Array): number | undefined {
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength);
  const isLittle = hasText(exif, 'II*\0');
  if (!isLittle && !hasText(exif, 'MM\0*')) return undefined;
  const short = (at: number) => (at + 2 <= exif.length ? view.getUint16(at, isLittle) : 0);
  const directory = exif.length < 8 ? 0 : view.getUint32(4, isLittle);
  for (let i = 0; i < short(directory); i++) {
    const entry = directory + 2 + i * 12;
    if (short(entry) !== orientationTag) continue;
    const orientation = short(entry + 8);
    return orientation >= 1 && orientation <= 8 ? orientation : undefined;
  }
  return undefined;
}
