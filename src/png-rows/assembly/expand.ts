// Rows as stored to whole samples, 8 bits each or 16 bits in little endian:
// https://www.w3.org/TR/png-3/#7Scanline

import { palette, pixels, rows } from './layout';

/** Swaps the bytes of 16-bit samples. */
export function swapSamples(bytes: i32): void {
  for (let i = 0; i < bytes; i += 16) {
    const vector = v128.load(rows + i);
    v128.store(
      pixels + i,
      v128.or(i16x8.shl(vector, 8), i16x8.shr_u(vector, 8)),
    );
  }
}

/** Gray with alpha to RGBA. */
export function expandGrayAlpha(count: i32): void {
  for (let i = 0; i < count; i += 8) {
    const vector = v128.load(rows + 2 * i);
    v128.store(
      pixels + 4 * i,
      v128.swizzle(vector, i8x16(0, 0, 0, 1, 2, 2, 2, 3, 4, 4, 4, 5, 6, 6, 6, 7)),
    );
    v128.store(
      pixels + 4 * i + 16,
      v128.swizzle(vector, i8x16(8, 8, 8, 9, 10, 10, 10, 11, 12, 12, 12, 13, 14, 14, 14, 15)),
    );
  }
}

/** The same with 16 bits per sample. */
export function expandDeepGrayAlpha(count: i32): void {
  for (let i = 0; i < count; i += 4) {
    const vector = v128.load(rows + 4 * i);
    v128.store(
      pixels + 8 * i,
      v128.swizzle(vector, i8x16(1, 0, 1, 0, 1, 0, 3, 2, 5, 4, 5, 4, 5, 4, 7, 6)),
    );
    v128.store(
      pixels + 8 * i + 16,
      v128.swizzle(vector, i8x16(9, 8, 9, 8, 9, 8, 11, 10, 13, 12, 13, 12, 13, 12, 15, 14)),
    );
  }
}

/**
 * Looks up indices of 1, 2, 4 or 8 bits in the palette, whose entries have four bytes, of which
 * `channels` are written. Returns whether all indices are below `entries`.
 */
export function expandIndices(
  width: i32,
  count: i32,
  depth: i32,
  channels: i32,
  entries: u32,
): bool {
  let from = rows;
  let into = pixels;
  let largest: u32 = 0;
  const perByte = 8 / depth;
  const mask: u32 = (1 << depth) - 1;
  for (let y = 0; y < count; y++) {
    for (let x = 0; x < width; from++) {
      const indices = <u32>load<u8>(from);
      const end = min(perByte, width - x);
      for (let i = 0, shift = 8 - depth; i < end; i++, shift -= depth) {
        const index = (indices >> shift) & mask;
        largest = max(largest, index);
        store<u32>(into, load<u32>(palette + 4 * index));
        into += channels;
      }
      x += end;
    }
  }
  return largest < entries;
}
