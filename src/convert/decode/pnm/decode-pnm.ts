import { checkRange } from '../byte-reader.ts';
import type { DecodedPixels, FileDecoder } from '../file-decoder.ts';
import { corrupt } from '../file-decoder.ts';
import { unpackRow } from '../unpack-row.ts';
import { isPnmHeader, type Pnm, readPnm } from './pnm-header.ts';
import { numberText } from './pnm-text.ts';

/**
 * PBM, PGM, PPM and PAM: decodes the first image of a file. Samples are scaled to the full range of
 * 8 bits, or of 16 if their maximum needs more than 8.
 */
export const pnm: FileDecoder = {
  matches: isPnmHeader,

  readHeader(bytes) {
    const image = readPnm(bytes);
    checkPixels(bytes, image);
    const { width, height, channels, max } = image;
    const depth = 32 - Math.clz32(max);
    return { width, height, channels, depth, pages: 1, hasAlpha: channels % 2 === 0 };
  },

  decode(bytes) {
    const image = readPnm(bytes);
    checkPixels(bytes, image);
    const { width, height, channels } = image;
    return { pixels: decoders[image.coding](bytes, image), width, height, channels };
  },
};

const decoders: Record<Pnm['coding'], (bytes: Uint8Array, image: Pnm) => DecodedPixels['pixels']> =
  { text: decodeText, bytes: decodeBytes, bits: decodeBits };

function sampleCount({ width, height, channels }: Pnm): number {
  return width * height * channels;
}

/** Rejects an image whose samples cannot fit in the file. */
function checkPixels(bytes: Uint8Array, image: Pnm): void {
  const minBytes: Record<Pnm['coding'], number> = {
    // One digit each and, except in bitmaps, white space between them.
    text: image.isOneBlack ? sampleCount(image) : sampleCount(image) * 2 - 1,
    bytes: sampleCount(image) * (image.max > 255 ? 2 : 1),
    bits: Math.ceil(image.width / 8) * image.height,
  };
  checkRange(bytes, { at: image.pixelsAt, count: minBytes[image.coding], what: 'pixel data' });
}

function decodeText(bytes: Uint8Array, image: Pnm): DecodedPixels['pixels'] {
  const numbers = numberText(bytes, image.pixelsAt);
  const samples = emptySamples(image);
  if (image.isOneBlack) {
    for (let i = 0; i < samples.length; i++) samples[i] = 255 - numbers.nextBit() * 255;
    return samples;
  }
  const scaled = scaleOf(image.max);
  for (let i = 0; i < samples.length; i++) {
    const value = numbers.next('a sample');
    if (value > image.max) {
      throw corrupt(
        `Expected samples up to ${image.max} but the one before byte ${numbers.position()} is ${value}.`,
      );
    }
    samples[i] = scaled[value] as number;
  }
  return samples;
}

/** Clamps values above the maximum, like Pillow. */
function decodeBytes(bytes: Uint8Array, image: Pnm): DecodedPixels['pixels'] {
  const { max, pixelsAt } = image;
  const scaled = scaleOf(max);
  const samples = emptySamples(image);
  for (let i = 0; i < samples.length; i++) {
    const value =
      max > 255
        ? ((bytes[pixelsAt + i * 2] as number) << 8) | (bytes[pixelsAt + i * 2 + 1] as number)
        : (bytes[pixelsAt + i] as number);
    samples[i] = scaled[Math.min(value, max)] as number;
  }
  return samples;
}

function decodeBits(bytes: Uint8Array, { width, height, pixelsAt }: Pnm): Uint8Array {
  const rowBytes = Math.ceil(width / 8);
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = pixels.subarray(y * width, (y + 1) * width);
    unpackRow(bytes.subarray(pixelsAt + y * rowBytes), 1, row);
    for (let x = 0; x < width; x++) row[x] = row[x] === 1 ? 0 : 255;
  }
  return pixels;
}

function emptySamples(image: Pnm): DecodedPixels['pixels'] {
  return image.max > 255 ? new Uint16Array(sampleCount(image)) : new Uint8Array(sampleCount(image));
}

/**
 * Maps each value to the nearest level, with ties to even. The operations are in Pillow’s order, so
 * that floating-point rounding matches:
 * https://github.com/python-pillow/Pillow/blob/main/src/PIL/PpmImagePlugin.py
 */
function scaleOf(max: number): Uint16Array {
  const top = max > 255 ? 65_535 : 255;
  return Uint16Array.from({ length: max + 1 }, (_, value) => roundHalfEven((value / max) * top));
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
