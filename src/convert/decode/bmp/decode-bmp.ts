import { hasText } from '../../formats/bytes.ts';
import { byteReader } from '../byte-reader.ts';
import type { FileDecoder } from '../file-decoder.ts';
import { type Dib, isDibHeaderSize, readDib } from './dib-header.ts';
import { checkDib, decodeDib, dibChannels, dibDepth } from './dib-pixels.ts';

const fileHeaderSize = 14;

/**
 * Windows BMP, and the OS/2 variants that Windows reads:
 * https://learn.microsoft.com/windows/win32/gdi/bitmap-storage. 32-bit pixels without masks have no
 * alpha; their fourth byte is ignored.
 */
export const bmp: FileDecoder = {
  matches(bytes) {
    // Two letters alone would match too many text files.
    if (!hasText(bytes, 'BM') || bytes.length < fileHeaderSize + 4) return false;
    const reader = byteReader(bytes, { byteOrder: 'little endian', at: fileHeaderSize });
    return isDibHeaderSize(reader.uint32());
  },

  readHeader(bytes) {
    const dib = readBmp(bytes);
    checkDib(bytes, dib);
    const channels = dibChannels(dib);
    const { width, height } = dib;
    const hasAlpha = channels === 4;
    return { width, height, channels, depth: dibDepth(dib), pages: 1, hasAlpha };
  },

  decode: (bytes) => decodeDib(bytes, readBmp(bytes)),
};

function readBmp(bytes: Uint8Array): Dib {
  const reader = byteReader(bytes, { byteOrder: 'little endian', what: 'file header' });
  reader.skip(10);
  const pixelsAt = reader.uint32();
  const headerEnd = fileHeaderSize + reader.uint32();
  const dib = readDib(bytes, fileHeaderSize);
  // Some writers leave the offset 0, and some omit the palette from it; Pillow handles both.
  const isOffsetUnusable = pixelsAt === 0 || (dib.palette && pixelsAt === headerEnd);
  return isOffsetUnusable ? dib : { ...dib, pixelsAt };
}
