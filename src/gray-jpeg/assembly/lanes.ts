// Eight vectors of eight 16-bit values in memory, and the order of their lanes.

import { work } from './layout';

// @ts-ignore: decorator
@inline
export function low(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

// @ts-ignore: decorator
@inline
export function high(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

// @ts-ignore: decorator
@inline
export function low32(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 4, 1, 5);
}

// @ts-ignore: decorator
@inline
export function high32(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 2, 6, 3, 7);
}

// @ts-ignore: decorator
@inline
export function low64(a: v128, b: v128): v128 {
  return v128.shuffle<i64>(a, b, 0, 2);
}

// @ts-ignore: decorator
@inline
export function high64(a: v128, b: v128): v128 {
  return v128.shuffle<i64>(a, b, 1, 3);
}

/** Vector `index` of eight. */
// @ts-ignore: decorator
@inline
export function inAt(from: usize, index: usize): v128 {
  return v128.load(from + (index << 4));
}

/** Stores a vector in `work`. */
// @ts-ignore: decorator
@inline
export function put(index: usize, values: v128): void {
  v128.store(work + (index << 4), values);
}

/** Transposes the left half of `work`. */
// @ts-ignore: decorator
@inline
export function transposeLeft(): void {
  const a = low(inAt(work, 0), inAt(work, 1));
  const b = low(inAt(work, 2), inAt(work, 3));
  const c = low(inAt(work, 4), inAt(work, 5));
  const d = low(inAt(work, 6), inAt(work, 7));
  const e = low32(a, b);
  const f = high32(a, b);
  const g = low32(c, d);
  const h = high32(c, d);
  put(0, low64(e, g));
  put(1, high64(e, g));
  put(2, low64(f, h));
  put(3, high64(f, h));
}

/** Transposes `work`. */
// @ts-ignore: decorator
@inline
export function transposeAll(): void {
  const a = high(inAt(work, 0), inAt(work, 1));
  const b = high(inAt(work, 2), inAt(work, 3));
  const c = high(inAt(work, 4), inAt(work, 5));
  const d = high(inAt(work, 6), inAt(work, 7));
  transposeLeft();
  const e = low32(a, b);
  const f = high32(a, b);
  const g = low32(c, d);
  const h = high32(c, d);
  put(4, low64(e, g));
  put(5, high64(e, g));
  put(6, low64(f, h));
  put(7, high64(f, h));
}
