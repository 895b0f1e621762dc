// Rows as stored to whole samples, 8 bits each or 16 bits in little endian:
// https://www.w3.org/TR/png-3/#7Scanline

import { indexGap, palette, pixels, rows } from './layout';

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

/** Gray of 1, 2 or 4 bits to 8 bits. */
export function expandGrays(width: i32, count: i32, depth: i32): void {
  unpackRows(pixels, width, count, depth);
  // Two samples at a time: no product is more than 255.
  const white: i32 = (1 << depth) - 1;
  const factor = i16x8.splat(<i16>(255 / white));
  for (let i = 0; i < width * count; i += 16) {
    v128.store(pixels + i, i16x8.mul(v128.load(pixels + i), factor));
  }
}

/**
 * Looks up indices of 1, 2, 4 or 8 bits in the palette, whose entries have four bytes, of which
 * `channels` are written. Returns whether all indices are below `entries`.
 */
export function expandIndices(width: i32, count: i32, depth: i32, channels: i32, entries: i32): bool {
  const total = width * count;
  let indices = rows;
  if (depth < 8) {
    // Behind the pixels, which overtake them only at the end.
    indices = pixels + (channels - 1) * total + indexGap;
    unpackRows(indices, width, count, depth);
  }
  if (!areBelow(entries, indices, total)) return false;
  if (channels == 3) lookUpColours(indices, total);
  else lookUpWithAlpha(indices, total);
  return true;
}

/** Writes a byte for each sample. */
function unpackRows(into: usize, width: i32, count: i32, depth: i32): void {
  const perByte = 8 / depth;
  const mask: u32 = (1 << depth) - 1;
  let from = rows;
  for (let y = 0; y < count; y++, into += width) {
    for (let x = 0; x < width; from++) {
      const byte = <u32>load<u8>(from);
      const end = min(x + perByte, width);
      for (let shift = 8 - depth; x < end; x++, shift -= depth) {
        store<u8>(into + x, <u8>((byte >> shift) & mask));
      }
    }
  }
}

function areBelow(entries: i32, indices: usize, count: i32): bool {
  const largest = i8x16.splat(<i8>(entries - 1));
  let tooLarge = i8x16.splat(0);
  let i = 0;
  for (; i + 16 <= count; i += 16) {
    tooLarge = v128.or(tooLarge, i8x16.gt_u(v128.load(indices + i), largest));
  }
  for (; i < count; i++) {
    if (<i32>load<u8>(indices + i) >= entries) return false;
  }
  return !v128.any_true(tooLarge);
}

function lookUpColours(indices: usize, count: i32): void {
  let into = pixels;
  for (let i = 0; i < count; i += 4, into += 12) {
    const four = fourEntries(indices + i);
    v128.store(into, v128.shuffle<u8>(four, four, 0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0, 0, 0, 0));
  }
}

function lookUpWithAlpha(indices: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) v128.store(pixels + 4 * i, fourEntries(indices + i));
}

@inline
function fourEntries(indices: usize): v128 {
  const first = i64x2.splat(entryAt(indices) | (entryAt(indices + 1) << 32));
  return i64x2.replace_lane(first, 1, entryAt(indices + 2) | (entryAt(indices + 3) << 32));
}

@inline
function entryAt(indices: usize): u64 {
  return load<u32>(palette + 4 * <usize>load<u8>(indices));
}
