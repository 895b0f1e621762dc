import { hasText } from '../../formats/bytes.ts';
import { byteReader, bytesAt, checkRange } from '../byte-reader.ts';
import { corrupt, type DecodedPixels, type FileDecoder, unsupported } from '../file-decoder.ts';
import { unpackRow } from '../unpack-row.ts';
import { type Dib, masksWithAlpha, readDib } from './dib-header.ts';
import { checkDib, decodeDib, dibDepth, dibRowBytes } from './dib-pixels.ts';

const directorySize = 6;
const entrySize = 16;

/**
 * Windows icons and cursors: decodes the largest image, and among equals the one with most bits.
 * https://learn.microsoft.com/previous-versions/ms997538(v=msdn.10). The others are versions of the
 * same image, so the file has one page.
 */
export const ico: FileDecoder = {
  matches(bytes) {
    if (!hasText(bytes, '\0\0\x01\0') && !hasText(bytes, '\0\0\x02\0')) return false;
    // A video can start with the same four bytes, but its offsets would not point past the
    // directory.
    const count = readCount(bytes);
    if (count === 0 || bytes.length < directorySize + entrySize) return false;
    const firstAt = byteReader(bytes, { byteOrder: 'little endian', at: 18 }).uint32();
    return firstAt >= directorySize + count * entrySize && firstAt < 2 ** 24;
  },

  readHeader(bytes) {
    const icon = readIcon(bytes);
    const { width, height } = icon;
    return { width, height, channels: 4, depth: dibDepth(icon), pages: 1, hasAlpha: true };
  },

  decode(bytes) {
    const icon = readIcon(bytes);
    const image = withAlpha(decodeDib(bytes, icon));
    if (!hasOwnAlpha(icon, image)) applyMask(image, bytes, icon);
    return image;
  },

  pngInside(bytes) {
    const { at, sizeBytes } = bestEntry(bytes);
    return isPng(bytes, at) ? bytes.subarray(at, at + sizeBytes) : undefined;
  },
};

function readCount(bytes: Uint8Array): number {
  return (bytes[4] ?? 0) + (bytes[5] ?? 0) * 256;
}

interface Entry {
  area: number;
  bits: number;
  sizeBytes: number;
  at: number;
}

function bestEntry(bytes: Uint8Array): Entry {
  checkRange(bytes, { at: 0, count: directorySize, what: 'header' });
  const count = readCount(bytes);
  if (count === 0) throw corrupt('Expected at least one image but the header says 0.');
  const directory = { at: directorySize, count: count * entrySize, what: 'directory' };
  checkRange(bytes, directory);
  return (
    Array.from({ length: count }, (_, i) => readEntry(bytes, directorySize + i * entrySize))
      // Among equals the later one wins, as in Pillow.
      .reduce((best, entry) => (isBetter(entry, best) ? entry : best))
  );
}

function isBetter(one: Entry, other: Entry): boolean {
  return one.area === other.area ? one.bits >= other.bits : one.area > other.area;
}

function readEntry(bytes: Uint8Array, entryAt: number): Entry {
  const reader = byteReader(bytes, { byteOrder: 'little endian', at: entryAt });
  // A byte cannot hold 256, so 0 means 256.
  const [width, height] = [reader.uint8() || 256, reader.uint8() || 256];
  reader.skip(6);
  const [sizeBytes, at] = [reader.uint32(), reader.uint32()];
  checkRange(bytes, { at, count: sizeBytes, what: 'image' });
  return { area: width * height, bits: bitsOf(bytes, at), sizeBytes, at };
}

/** Read from the image itself: cursors use that field of the directory for something else. */
function bitsOf(bytes: Uint8Array, at: number): number {
  if (isPng(bytes, at)) return 32;
  return byteReader(bytes, { byteOrder: 'little endian', at: at + 14 }).uint16();
}

function isPng(bytes: Uint8Array, at: number): boolean {
  return hasText(bytes, '\x89PNG\r\n\x1a\n', at);
}

interface Icon extends Dib {
  /** The end of the directory entry’s data. */
  end: number;
}

function readIcon(bytes: Uint8Array): Icon {
  const { at, sizeBytes } = bestEntry(bytes);
  if (isPng(bytes, at)) throw unsupported('An icon that is a PNG', 'Decode the PNG inside.');
  const stored = readDib(bytes, at);
  if (stored.isRunLength) throw unsupported('A run-length encoded icon', 'Save the icon as PNG.');
  if (stored.height < 2) {
    throw corrupt('Expected rows of colours and of a mask but the bitmap has one row.');
  }
  // The stored height includes the rows of the mask.
  const icon = { ...stored, height: Math.floor(stored.height / 2) };
  const hasImpliedAlpha = icon.bits === 32 && !stored.masks[3];
  const dib: Dib = hasImpliedAlpha ? { ...icon, masks: masksWithAlpha } : icon;
  checkDib(bytes, dib);
  return { ...dib, end: at + sizeBytes };
}

function withAlpha({ pixels, width, height, channels }: DecodedPixels): DecodedPixels & {
  channels: 4;
} {
  const rgba = new Uint8Array(width * height * 4).fill(255);
  const colours = channels === 1 ? [0, 0, 0] : [0, 1, 2, 3].slice(0, channels);
  for (let from = 0, to = 0; to < rgba.length; from += channels, to += 4) {
    for (let i = 0; i < colours.length; i++) {
      rgba[to + i] = pixels[from + (colours[i] as number)] as number;
    }
  }
  return { pixels: rgba, width, height, channels: 4 };
}

/** Windows treats a fourth byte that is always zero as unused. */
function hasOwnAlpha({ bits }: Dib, { pixels }: DecodedPixels): boolean {
  if (bits !== 32) return false;
  for (let i = 3; i < pixels.length; i += 4) {
    if (pixels[i] !== 0) return true;
  }
  return false;
}

/** One bit per pixel after the colours, set where the icon is transparent. */
function applyMask({ pixels }: DecodedPixels, bytes: Uint8Array, icon: Icon): void {
  const { width, height, isTopDown } = icon;
  const at = icon.pixelsAt + dibRowBytes(icon) * height;
  // Pillow does not pad the mask rows when it writes an icon as a bitmap.
  const unpaddedRowBytes = Math.ceil(width / 8);
  const isUnpadded = icon.end - at === unpaddedRowBytes * height;
  const maskRowBytes = isUnpadded ? unpaddedRowBytes : dibRowBytes({ width, bits: 1 });
  const mask = bytesAt(bytes, { at, count: maskRowBytes * height, what: 'transparency mask' });
  const row = new Uint8Array(width);
  for (let y = 0; y < height; y++) {
    unpackRow(mask.subarray(y * maskRowBytes), 1, row);
    const alphaAt = (isTopDown ? y : height - 1 - y) * width * 4 + 3;
    for (let x = 0; x < width; x++) pixels[alphaAt + x * 4] = row[x] === 1 ? 0 : 255;
  }
}
