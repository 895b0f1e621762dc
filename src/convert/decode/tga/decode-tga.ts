import { hasText } from '../../formats/bytes.ts';
import { bytesAt } from '../byte-reader.ts';
import type { DecodedPixels, FileDecoder } from '../file-decoder.ts';
import { paint } from '../palette.ts';
import { unpackRow } from '../unpack-row.ts';
import { copyTgaColours, dropUnusedAlpha, tgaHasAlpha } from './tga-colours.ts';
import { isTgaHeader, readTga, type Tga } from './tga-header.ts';
import { checkTgaRuns, unpackTgaRuns } from './tga-runs.ts';

const footerText = 'TRUEVISION-XFILE.\0';

/**
 * Truevision TGA, by its specification 2.0 of 1991. Version 1 has no signature and version 2 has it
 * at the end, so this format must be checked last.
 */
export const tga: FileDecoder = {
  matches(bytes) {
    const footerAt = bytes.length - footerText.length;
    return (footerAt > 0 && hasText(bytes, footerText, footerAt)) || isTgaHeader(bytes);
  },

  readHeader(bytes) {
    const image = readTga(bytes);
    checkPixels(bytes, image);
    const { width, height, kind, bits } = image;
    const channels = channelsOf(image);
    const depth = kind === 'colour' && bits < 24 ? 5 : Math.min(bits, 8);
    return { width, height, channels, depth, pages: 1, hasAlpha: channels % 2 === 0 };
  },

  decode(bytes) {
    const image = readTga(bytes);
    checkPixels(bytes, image);
    const { width, height } = image;
    const channels = channelsOf(image);
    const stored = storedPixels(bytes, image);
    const pixels = new Uint8Array(width * height * channels);
    const [storedBytes, rowBytes] = [storedRowBytes(image), width * channels];
    for (let y = 0; y < height; y++) {
      const start = (image.isTopDown ? y : height - 1 - y) * rowBytes;
      const row = pixels.subarray(start, start + rowBytes);
      decodeRow(stored.subarray(y * storedBytes, (y + 1) * storedBytes), image, row);
      if (image.isMirrored) mirror(row, channels);
    }
    const isAlphaGuessed = channels % 2 === 0 && image.alphaBits === 0 && !image.palette;
    if (isAlphaGuessed) dropUnusedAlpha(pixels, channels);
    return { pixels, width, height, channels };
  },
};

function channelsOf({ kind, bits, alphaBits, palette }: Tga): DecodedPixels['channels'] {
  if (palette) return palette.channels;
  if (kind === 'gray') return bits === 16 ? 2 : 1;
  return tgaHasAlpha(bits, alphaBits) ? 4 : 3;
}

function storedRowBytes({ width, bits }: Tga): number {
  return bits === 1 ? Math.ceil(width / 8) : width * Math.ceil(bits / 8);
}

/** Rejects an image whose pixels cannot fit in the file. */
function checkPixels(bytes: Uint8Array, image: Tga): void {
  if (image.isPacked) checkTgaRuns(bytes, packing(image));
  else rawPixels(bytes, image);
}

function storedPixels(bytes: Uint8Array, image: Tga): Uint8Array {
  return image.isPacked ? unpackTgaRuns(bytes, packing(image)) : rawPixels(bytes, image);
}

function packing({ pixelsAt, width, height, bits }: Tga) {
  return { at: pixelsAt, pixelBytes: Math.ceil(bits / 8), count: width * height };
}

function rawPixels(bytes: Uint8Array, image: Tga): Uint8Array {
  const count = storedRowBytes(image) * image.height;
  return bytesAt(bytes, { at: image.pixelsAt, count, what: 'pixel data' });
}

function decodeRow(
  stored: Uint8Array,
  { kind, bits, palette, ...image }: Tga,
  row: Uint8Array,
): void {
  if (palette) {
    paint(palette, stored, { pixels: row });
  } else if (kind === 'colour') {
    const channels = tgaHasAlpha(bits, image.alphaBits) ? 4 : 3;
    copyTgaColours(stored, { bits, channels, pixels: row });
  } else if (bits === 1) {
    unpackRow(stored, 1, row);
    for (let x = 0; x < row.length; x++) row[x] = row[x] === 1 ? 255 : 0;
  } else {
    row.set(stored);
  }
}

function mirror(row: Uint8Array, channels: number): void {
  const pixels = row.slice();
  for (let from = 0, to = row.length - channels; to >= 0; from += channels, to -= channels) {
    row.set(pixels.subarray(from, from + channels), to);
  }
}
