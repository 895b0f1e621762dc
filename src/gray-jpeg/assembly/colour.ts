// YCbCr to RGB: ITU-T T.871, 7, rounded as libjpeg does.

/** The difference of green from luma: -0.34414 Cb - 0.71414 Cr, rounded once. */
// @ts-ignore: decorator
@inline
function greenOf(cb: v128, cr: v128): v128 {
  // 0.71414 is too large for a signed factor of 16 bits, so it is 1 - 0.28586.
  const factors = i16x8(-22554, 18734, -22554, 18734, -22554, 18734, -22554, 18734);
  const half = i32x4.splat(0x8000);
  const low = i32x4.dot_i16x8_s(v128.shuffle<i16>(cb, cr, 0, 8, 1, 9, 2, 10, 3, 11), factors);
  const high = i32x4.dot_i16x8_s(v128.shuffle<i16>(cb, cr, 4, 12, 5, 13, 6, 14, 7, 15), factors);
  const rounded = i16x8.narrow_i32x4_s(
    i32x4.shr_s(i32x4.add(low, half), 16),
    i32x4.shr_s(i32x4.add(high, half), 16),
  );
  return i16x8.sub(rounded, cr);
}

/**
 * 1.402 Cr. The rounded product with 15 bits equals libjpeg’s, which has 16, for every value; so does the
 * one of `blueOf`.
 */
// @ts-ignore: decorator
@inline
function redOf(cr: v128): v128 {
  return i16x8.add(i16x8.q15mulr_sat_s(cr, i16x8.splat(13175)), cr);
}

/** 1.772 Cb. */
// @ts-ignore: decorator
@inline
function blueOf(cb: v128): v128 {
  return i16x8.add(i16x8.q15mulr_sat_s(cb, i16x8.splat(-7471)), i16x8.add(cb, cb));
}

/** Converts a row, 16 pixels at a time; what is written after its end is overwritten by the next. */
export function convert(y: usize, cbAt: usize, crAt: usize, width: i32, to: usize): void {
  const middle = i16x8.splat(128);
  const end = y + width;
  for (; y < end; y += 16, cbAt += 16, crAt += 16, to += 48) {
    const lumas = v128.load(y);
    const yLow = i16x8.extend_low_i8x16_u(lumas);
    const yHigh = i16x8.extend_high_i8x16_u(lumas);
    const cbs = v128.load(cbAt);
    const cbLow = i16x8.sub(i16x8.extend_low_i8x16_u(cbs), middle);
    const cbHigh = i16x8.sub(i16x8.extend_high_i8x16_u(cbs), middle);
    const crs = v128.load(crAt);
    const crLow = i16x8.sub(i16x8.extend_low_i8x16_u(crs), middle);
    const crHigh = i16x8.sub(i16x8.extend_high_i8x16_u(crs), middle);
    const r = i8x16.narrow_i16x8_u(i16x8.add(yLow, redOf(crLow)), i16x8.add(yHigh, redOf(crHigh)));
    const g = i8x16.narrow_i16x8_u(
      i16x8.add(yLow, greenOf(cbLow, crLow)),
      i16x8.add(yHigh, greenOf(cbHigh, crHigh)),
    );
    const b = i8x16.narrow_i16x8_u(i16x8.add(yLow, blueOf(cbLow)), i16x8.add(yHigh, blueOf(cbHigh)));
    putInterleaved(to, r, g, b);
  }
}

// @ts-ignore: decorator
@inline
function putInterleaved(to: usize, r: v128, g: v128, b: v128): void {
  const low = v128.shuffle<u8>(r, g, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const high = v128.shuffle<u8>(r, g, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  // The pairs 5 to 12.
  const middle = v128.shuffle<u8>(
    low, high, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
  );
  v128.store(to, v128.shuffle<u8>(
    low, b, 0, 1, 16, 2, 3, 17, 4, 5, 18, 6, 7, 19, 8, 9, 20, 10,
  ));
  v128.store(to, v128.shuffle<u8>(
    middle, b, 1, 21, 2, 3, 22, 4, 5, 23, 6, 7, 24, 8, 9, 25, 10, 11,
  ), 16);
  v128.store(to, v128.shuffle<u8>(
    high, b, 26, 6, 7, 27, 8, 9, 28, 10, 11, 29, 12, 13, 30, 14, 15, 31,
  ), 32);
}
