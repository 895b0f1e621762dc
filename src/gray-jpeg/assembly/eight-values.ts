// The one-dimensional inverse DCT of eight values, for eight columns or rows at a time. The factors have 13
// bits; sums of two of them are factors of one product.

import { high, inAt, low, put } from './lanes';

/** a x + b y of four pairs (x, y). */
// @ts-ignore: decorator
@inline
function sum(pairs: v128, a: i32, b: i32): v128 {
  return i32x4.dot_i16x8_s(pairs, i32x4.splat((a & 0xffff) | (b << 16)));
}

/** Stores outputs `index` and 7 - `index`: the sum and the difference of an even and an odd part. */
// @ts-ignore: decorator
@inline
function putBoth(
  index: usize,
  shift: i32,
  evenLow: v128,
  evenHigh: v128,
  oddLow: v128,
  oddHigh: v128,
): void {
  const sums = i16x8.narrow_i32x4_s(
    i32x4.shr_s(i32x4.add(evenLow, oddLow), shift),
    i32x4.shr_s(i32x4.add(evenHigh, oddHigh), shift),
  );
  const differences = i16x8.narrow_i32x4_s(
    i32x4.shr_s(i32x4.sub(evenLow, oddLow), shift),
    i32x4.shr_s(i32x4.sub(evenHigh, oddHigh), shift),
  );
  put(index, sums);
  put(7 - index, differences);
}

/** A value as 32 bits, scaled like the products, with half of the unit that is rounded to. */
// @ts-ignore: decorator
@inline
function scaled(values: v128, shift: i32): v128 {
  return i32x4.add(i32x4.shl(values, 13), i32x4.splat(1 << (shift - 1)));
}

/** Eight transforms of eight values each, from `from` to `work`. */
// @ts-ignore: decorator
@inline
export function transformAll(from: usize, shift: i32): void {
  const in0 = inAt(from, 0);
  const in4 = inAt(from, 4);
  const plus = i16x8.add(in0, in4);
  const minus = i16x8.sub(in0, in4);
  const plusLow = scaled(i32x4.extend_low_i16x8_s(plus), shift);
  const plusHigh = scaled(i32x4.extend_high_i16x8_s(plus), shift);
  const minusLow = scaled(i32x4.extend_low_i16x8_s(minus), shift);
  const minusHigh = scaled(i32x4.extend_high_i16x8_s(minus), shift);
  const in2 = inAt(from, 2);
  const in6 = inAt(from, 6);
  const evenLow = low(in2, in6);
  const evenHigh = high(in2, in6);
  const even3Low = sum(evenLow, 10703, 4433);
  const even3High = sum(evenHigh, 10703, 4433);
  const even2Low = sum(evenLow, 4433, -10704);
  const even2High = sum(evenHigh, 4433, -10704);

  const in1 = inAt(from, 1);
  const in3 = inAt(from, 3);
  const in5 = inAt(from, 5);
  const in7 = inAt(from, 7);
  const z3 = i16x8.add(in3, in7);
  const z4 = i16x8.add(in1, in5);
  const zLow = low(z3, z4);
  const zHigh = high(z3, z4);
  const z3Low = sum(zLow, -6436, 9633);
  const z3High = sum(zHigh, -6436, 9633);
  const z4Low = sum(zLow, 9633, 6437);
  const z4High = sum(zHigh, 9633, 6437);
  const outerLow = low(in7, in1);
  const outerHigh = high(in7, in1);
  const innerLow = low(in5, in3);
  const innerHigh = high(in5, in3);
  putBoth(
    0,
    shift,
    i32x4.add(plusLow, even3Low),
    i32x4.add(plusHigh, even3High),
    i32x4.add(sum(outerLow, -7373, 4926), z4Low),
    i32x4.add(sum(outerHigh, -7373, 4926), z4High),
  );
  putBoth(
    1,
    shift,
    i32x4.add(minusLow, even2Low),
    i32x4.add(minusHigh, even2High),
    i32x4.add(sum(innerLow, -20995, 4177), z3Low),
    i32x4.add(sum(innerHigh, -20995, 4177), z3High),
  );
  putBoth(
    2,
    shift,
    i32x4.sub(minusLow, even2Low),
    i32x4.sub(minusHigh, even2High),
    i32x4.add(sum(innerLow, -4176, -20995), z4Low),
    i32x4.add(sum(innerHigh, -4176, -20995), z4High),
  );
  putBoth(
    3,
    shift,
    i32x4.sub(plusLow, even3Low),
    i32x4.sub(plusHigh, even3High),
    i32x4.add(sum(outerLow, -4927, -7373), z3Low),
    i32x4.add(sum(outerHigh, -4927, -7373), z3High),
  );
}

/** The same if the last four values are zero. */
// @ts-ignore: decorator
@inline
export function transformFour(from: usize, shift: i32): void {
  const in0 = inAt(from, 0);
  const in1 = inAt(from, 1);
  const in2 = inAt(from, 2);
  const in3 = inAt(from, 3);
  const firstLow = scaled(i32x4.extend_low_i16x8_s(in0), shift);
  const firstHigh = scaled(i32x4.extend_high_i16x8_s(in0), shift);
  const zero = i32x4.splat(0);
  const evenLow = low(in2, zero);
  const evenHigh = high(in2, zero);
  const even3Low = sum(evenLow, 10703, 0);
  const even3High = sum(evenHigh, 10703, 0);
  const even2Low = sum(evenLow, 4433, 0);
  const even2High = sum(evenHigh, 4433, 0);
  const oddLow = low(in3, in1);
  const oddHigh = high(in3, in1);
  putBoth(
    0,
    shift,
    i32x4.add(firstLow, even3Low),
    i32x4.add(firstHigh, even3High),
    sum(oddLow, 9633, 11363),
    sum(oddHigh, 9633, 11363),
  );
  putBoth(
    1,
    shift,
    i32x4.add(firstLow, even2Low),
    i32x4.add(firstHigh, even2High),
    sum(oddLow, -2259, 9633),
    sum(oddHigh, -2259, 9633),
  );
  putBoth(
    2,
    shift,
    i32x4.sub(firstLow, even2Low),
    i32x4.sub(firstHigh, even2High),
    sum(oddLow, -11362, 6437),
    sum(oddHigh, -11362, 6437),
  );
  putBoth(
    3,
    shift,
    i32x4.sub(firstLow, even3Low),
    i32x4.sub(firstHigh, even3High),
    sum(oddLow, -6436, 2260),
    sum(oddHigh, -6436, 2260),
  );
}
