import { pngChunks } from './png-chunks.ts';
import { readPngText } from './png-text.ts';

/**
 * The EXIF data of a PNG: its eXIf chunk, which may follow the image data, where libvips does not
 * search (https://www.w3.org/TR/png-3/#eXIf), or the text that ImageMagick, exiv2 and others wrote
 * before there was such a chunk. Undefined if there is none.
 */
export function pngExif(bytes: Uint8Array): Uint8Array | undefined {
  for (const { type, data } of pngChunks(bytes)) if (type === 'eXIf') return data;
  return pngProfile(bytes, ['Raw profile type exif', 'Raw profile type APP1']);
}

/** The first profile that ImageMagick and others wrote as a text with one of these keywords. */
export function pngProfile(bytes: Uint8Array, keywords: string[]): Uint8Array | undefined {
  for (const { type, data } of pngChunks(bytes)) {
    // Only the first counts: each may be a megabyte, and there may be many.
    const found = readPngText(type, data, keywords);
    if (found) return profileIn(Buffer.from(found.text).toString('latin1'));
  }
  return undefined;
}

/** A newline, the name, the number of bytes, and the bytes in hexadecimal on several lines. */
function profileIn(text: string): Uint8Array | undefined {
  const [, hex = ''] = /^\s*\S+\s+\d+\s+([\da-fA-F\s]+)/.exec(text) ?? [];
  return hex === '' ? undefined : Buffer.from(hex.replace(/\s+/g, ''), 'hex');
}
