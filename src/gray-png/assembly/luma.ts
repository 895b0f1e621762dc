// Gray of coloured pixels: L = (19595 R + 38470 G + 7471 B + 32768) >> 16, Rec. 601 in Pillow's fixed
// point (`rgb2l` in src/libImaging/Convert.c).

/**
 * 38470 is too large for a signed 16-bit factor, so green is counted twice with half of it: a dot
 * product of (R, G) with one pair of weights, and one of (G, B) with another.
 */
const halfGreen: i16 = 19235;

/** Four pixels in the first 12 (RGB) or all 16 bytes (RGBA) to four lanes. */
// @ts-ignore: decorator
@inline
function lumaOfFour(redGreen: v128, greenBlue: v128): v128 {
  const first = i32x4.dot_i16x8_s(
    redGreen,
    i16x8(19595, halfGreen, 19595, halfGreen, 19595, halfGreen, 19595, halfGreen),
  );
  const second = i32x4.dot_i16x8_s(
    greenBlue,
    i16x8(halfGreen, 7471, halfGreen, 7471, halfGreen, 7471, halfGreen, 7471),
  );
  const sum = i32x4.add(i32x4.add(first, second), i32x4.splat(0x8000));
  return i32x4.shr_u(sum, 16);
}

// @ts-ignore: decorator
@inline
function fourOfRgb(at: usize): v128 {
  const pixels = v128.load(at);
  const zero = i8x16.splat(0);
  return lumaOfFour(
    v128.shuffle<u8>(pixels, zero, 0, 16, 1, 16, 3, 16, 4, 16, 6, 16, 7, 16, 9, 16, 10, 16),
    v128.shuffle<u8>(pixels, zero, 1, 16, 2, 16, 4, 16, 5, 16, 7, 16, 8, 16, 10, 16, 11, 16),
  );
}

// @ts-ignore: decorator
@inline
function fourOfRgba(at: usize): v128 {
  const pixels = v128.load(at);
  const zero = i8x16.splat(0);
  return lumaOfFour(
    v128.shuffle<u8>(pixels, zero, 0, 16, 1, 16, 4, 16, 5, 16, 8, 16, 9, 16, 12, 16, 13, 16),
    v128.shuffle<u8>(pixels, zero, 1, 16, 2, 16, 5, 16, 6, 16, 9, 16, 10, 16, 13, 16, 14, 16),
  );
}

// @ts-ignore: decorator
@inline
function packed(a: v128, b: v128, c: v128, d: v128): v128 {
  return i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(a, b), i16x8.narrow_i32x4_u(c, d));
}

// @ts-ignore: decorator
@inline
function lumaOf(at: usize): u8 {
  const red: u32 = load<u8>(at);
  const green: u32 = load<u8>(at, 1);
  const blue: u32 = load<u8>(at, 2);
  return <u8>((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);
}

// @ts-ignore: decorator
@inline
function sixteenOfRgba(at: usize): v128 {
  return packed(
    fourOfRgba(at),
    fourOfRgba(at + 16),
    fourOfRgba(at + 32),
    fourOfRgba(at + 48),
  );
}

export function grayOfRgb(from: usize, into: usize, pixels: i32): void {
  let done = 0;
  // The last load reads four bytes past the 16 pixels, for which the layout leaves room.
  for (; done + 16 <= pixels; done += 16, from += 48) {
    const gray = packed(
      fourOfRgb(from),
      fourOfRgb(from + 12),
      fourOfRgb(from + 24),
      fourOfRgb(from + 36),
    );
    v128.store(into + done, gray);
  }
  for (; done < pixels; done++, from += 3) store<u8>(into + done, lumaOf(from));
}

/** Returns whether every alpha was 255. */
export function grayOfRgba(from: usize, into: usize, pixels: i32): bool {
  let done = 0;
  let alphas = i8x16.splat(-1);
  for (; done + 16 <= pixels; done += 16, from += 64) {
    v128.store(into + done, sixteenOfRgba(from));
    alphas = v128.and(alphas, v128.and(v128.load(from), v128.load(from, 16)));
    alphas = v128.and(alphas, v128.and(v128.load(from, 32), v128.load(from, 48)));
  }
  const lowest = i32x4.extract_lane(alphas, 0) & i32x4.extract_lane(alphas, 1);
  let all: u32 = lowest & i32x4.extract_lane(alphas, 2) & i32x4.extract_lane(alphas, 3);
  for (; done < pixels; done++, from += 4) {
    store<u8>(into + done, lumaOf(from));
    all &= load<u32>(from);
  }
  return all >> 24 == 255;
}

/** Gray and alpha alternate. */
export function grayAlphaOfRgba(from: usize, into: usize, pixels: i32): void {
  let done = 0;
  for (; done + 16 <= pixels; done += 16, from += 64, into += 32) {
    const gray = sixteenOfRgba(from);
    const alpha = alphaOfSixteen(from);
    v128.store(into, v128.shuffle<u8>(gray, alpha, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
    v128.store(into + 16, v128.shuffle<u8>(gray, alpha, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31));
  }
  for (; done < pixels; done++, from += 4, into += 2) {
    store<u8>(into, lumaOf(from));
    store<u8>(into + 1, load<u8>(from, 3));
  }
}

// @ts-ignore: decorator
@inline
function alphaOfSixteen(at: usize): v128 {
  return packed(
    i32x4.shr_u(v128.load(at), 24),
    i32x4.shr_u(v128.load(at, 16), 24),
    i32x4.shr_u(v128.load(at, 32), 24),
    i32x4.shr_u(v128.load(at, 48), 24),
  );
}

/**
 * RGB with 16 bits per sample, little-endian, to 8-bit gray: the same formula, divided by 257 and
 * rounded to the nearest.
 */
export function grayOfDeepRgb(from: usize, into: usize, pixels: i32): void {
  for (let done = 0; done < pixels; done++, from += 6) {
    const red: u32 = load<u16>(from);
    const green: u32 = load<u16>(from, 2);
    const blue: u32 = load<u16>(from, 4);
    const gray = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
    store<u8>(into + done, <u8>((gray + 128) / 257));
  }
}
