// Converts source pixels to gray rows in PNG’s byte order, with margins.

import { grayAlphaOfRgba, grayOfDeepRgb, grayOfRgb, grayOfRgba } from './luma';

/** The conversion of a pixel; the same numbers as in ../pixel-kinds.ts. */
export const enum Kind {
  bytes1 = 1,
  bytes2 = 2,
  rgb = 3,
  rgba = 4,
  /** RGBA that is opaque so far. */
  rgbaOpaque = 5,
  samples1 = 6,
  samples2 = 7,
  deepRgb = 8,
}

/**
 * Converts contiguous rows of `pixels` to gray rows that are `stride` apart. Returns false if a
 * pixel that should be opaque is not.
 */
export function grayRows(kind: i32, rows: i32, pixels: i32, from: usize, into: usize, stride: i32): bool {
  const size = sourceBytes(kind) * pixels;
  let isOpaque = true;
  for (let y = 0; y < rows; y++, from += size, into += stride) {
    switch (kind) {
      case Kind.rgb:
        grayOfRgb(from, into, pixels);
        break;
      case Kind.rgba:
        grayAlphaOfRgba(from, into, pixels);
        break;
      case Kind.rgbaOpaque:
        if (!grayOfRgba(from, into, pixels)) isOpaque = false;
        break;
      case Kind.samples1:
      case Kind.samples2:
        swapBytes(from, into, size);
        break;
      case Kind.deepRgb:
        grayOfDeepRgb(from, into, pixels);
        break;
      default:
        memory.copy(into, from, size);
    }
  }
  return isOpaque;
}

function sourceBytes(kind: i32): i32 {
  switch (kind) {
    case Kind.rgbaOpaque:
      return 4;
    case Kind.samples1:
      return 2;
    case Kind.samples2:
      return 4;
    case Kind.deepRgb:
      return 6;
    default:
      return kind;
  }
}

/** From the byte order of WebAssembly to that of PNG. */
function swapBytes(from: usize, into: usize, bytes: i32): void {
  let done = 0;
  for (; done + 16 <= bytes; done += 16) {
    const samples = v128.load(from + done);
    v128.store(into + done, v128.or(i16x8.shl(samples, 8), i16x8.shr_u(samples, 8)));
  }
  for (; done < bytes; done += 2) {
    store<u16>(into + done, bswap<u16>(load<u16>(from + done)));
  }
}
