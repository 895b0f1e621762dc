// Stores the columns in `work` as rows of samples.

import { work } from './layout';
import { high32, inAt, low32 } from './lanes';

/** Two columns of samples around 128. */
// @ts-ignore: decorator
@inline
function samples(left: usize, right: usize): v128 {
  const near0 = i8x16.narrow_i16x8_s(inAt(work, left), inAt(work, right));
  return v128.xor(near0, i8x16.splat(-128));
}

// @ts-ignore: decorator
@inline
function lowBytes(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

// @ts-ignore: decorator
@inline
function highBytes(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** Stores the columns in `work` as rows of samples. */
export function putSamples(to: usize, stride: usize): void {
  const a = samples(0, 4);
  const b = samples(1, 5);
  const c = samples(2, 6);
  const d = samples(3, 7);
  const even = lowBytes(a, c);
  const odd = lowBytes(b, d);
  const evenRight = highBytes(a, c);
  const oddRight = highBytes(b, d);
  const left = lowBytes(even, odd);
  const right = lowBytes(evenRight, oddRight);
  putTwoRows(to, stride, low32(left, right));
  putTwoRows(to + 2 * stride, stride, high32(left, right));
  const leftBelow = highBytes(even, odd);
  const rightBelow = highBytes(evenRight, oddRight);
  putTwoRows(to + 4 * stride, stride, low32(leftBelow, rightBelow));
  putTwoRows(to + 6 * stride, stride, high32(leftBelow, rightBelow));
}

// @ts-ignore: decorator
@inline
function putTwoRows(to: usize, stride: usize, rows: v128): void {
  v128.store64_lane(to, rows, 0);
  v128.store64_lane(to + stride, rows, 1);
}
