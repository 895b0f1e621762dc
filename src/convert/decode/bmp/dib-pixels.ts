import { checkRange } from '../byte-reader.ts';
import type { DecodedPixels } from '../file-decoder.ts';
import { type Palette, paint } from '../palette.ts';
import { unpackRow } from '../unpack-row.ts';
import { type Dib, trailingZeros } from './dib-header.ts';
import { unpackRuns } from './dib-runs.ts';

/** The number of samples of a decoded pixel. */
export function dibChannels({ palette, masks }: Dib): DecodedPixels['channels'] {
  return palette?.channels ?? (masks[3] ? 4 : 3);
}

/** The number of bits of the largest sample. */
export function dibDepth({ palette, bits, masks }: Dib): number {
  return palette ? bits : Math.max(...masks.map((mask) => 32 - Math.clz32(scaleOf(mask).max)));
}

/** Rows are padded to multiples of four bytes. */
export function dibRowBytes({ width, bits }: Pick<Dib, 'width' | 'bits'>): number {
  return Math.ceil((width * bits) / 32) * 4;
}

/** Rejects a bitmap whose pixels cannot fit in the file. Some writers omit the last padding. */
export function checkDib(bytes: Uint8Array, dib: Dib): void {
  const lastRow = Math.ceil((dib.width * dib.bits) / 8);
  const count = dib.isRunLength ? 2 : dibRowBytes(dib) * (dib.height - 1) + lastRow;
  checkRange(bytes, { at: dib.pixelsAt, count, what: 'pixel data' });
}

/** Checks a bitmap and decodes its pixels. */
export function decodeDib(bytes: Uint8Array, dib: Dib): DecodedPixels {
  checkDib(bytes, dib);
  const { width, height, palette } = dib;
  const channels = dibChannels(dib);
  const runs = dib.isRunLength ? unpackRuns(bytes, dib) : undefined;
  const pixels = new Uint8Array(width * height * channels);
  const decodeRow = palette ? indexedRow(dib, palette) : maskedRow(dib);
  const rowBytes = dibRowBytes(dib);
  for (let y = 0; y < height; y++) {
    const at = (dib.isTopDown ? y : height - 1 - y) * width * channels;
    if (runs && palette) {
      paint(palette, runs.subarray(y * width, (y + 1) * width), { pixels, at });
    } else {
      const start = dib.pixelsAt + y * rowBytes;
      decodeRow(bytes.subarray(start, start + rowBytes), { pixels, at });
    }
  }
  return { pixels, width, height, channels };
}

type RowDecoder = (row: Uint8Array, target: { pixels: Uint8Array; at: number }) => void;

function indexedRow({ width, bits }: Dib, palette: Palette): RowDecoder {
  const indices = new Uint8Array(width);
  return (row, target) => {
    unpackRow(row, bits, indices);
    paint(palette, indices, target);
  };
}

/**
 * Scales samples of fewer than 8 bits to 0..255, rounded down like Pillow:
 * https://github.com/python-pillow/Pillow/blob/main/src/libImaging/Unpack.c
 */
function maskedRow({ width, bits, masks }: Dib): RowDecoder {
  const scales = (masks[3] ? masks : masks.slice(0, 3)).map(scaleOf);
  const pixelBytes = bits / 8;
  return (row, { pixels, at }) => {
    let to = at;
    for (let x = 0, from = 0; x < width; x++, from += pixelBytes) {
      let pixel = 0;
      for (let i = pixelBytes - 1; i >= 0; i--) pixel = (pixel << 8) | (row[from + i] as number);
      for (const { shift, max } of scales) {
        const sample = ((pixel >>> shift) & max) >>> 0;
        pixels[to++] = max === 255 ? sample : Math.floor((sample * 255) / Math.max(1, max));
      }
    }
  };
}

function scaleOf(mask: number): { shift: number; max: number } {
  const shift = trailingZeros(mask);
  return { shift, max: mask >>> shift };
}
