// Filters that refer to the pixel on the left: a pixel at a time, with all of its samples in one
// vector. `step`, the bytes of a pixel, is a constant wherever these functions are inlined. Up to 8
// bytes after a row are read and written; the next row replaces them.

@inline
function loadPixel(at: usize, step: i32): v128 {
  return step > 4 ? v128.load64_zero(at) : v128.load32_zero(at);
}

@inline
function storePixel(at: usize, pixel: v128, step: i32): void {
  if (step > 4) v128.store64_lane(at, pixel, 0);
  else if (step > 2) v128.store32_lane(at, pixel, 0);
  else if (step > 1) v128.store16_lane(at, pixel, 0);
  else v128.store8_lane(at, pixel, 0);
}

@inline
function sub(from: usize, into: usize, bytes: i32, step: i32): void {
  const end = into + bytes;
  let left = i8x16.splat(0);
  for (; into < end; from += step, into += step) {
    left = i8x16.add(loadPixel(from, step), left);
    storePixel(into, left, step);
  }
}

/**
 * floor((a + b) / 2) is the complement of the rounded average of the complements, so that the left
 * pixel is kept as its complement.
 */
@inline
function average(from: usize, into: usize, bytes: i32, step: i32): void {
  const end = into + bytes;
  let left = i8x16.splat(-1);
  for (; into < end; from += step, into += step) {
    const up = v128.not(loadPixel(into - bytes, step));
    left = i8x16.sub(i8x16.avgr_u(left, up), loadPixel(from, step));
    storePixel(into, v128.not(left), step);
  }
}

export function subRow(from: usize, into: usize, bytes: i32, step: i32): void {
  if (step == 3) sub(from, into, bytes, 3);
  else if (step == 4) sub(from, into, bytes, 4);
  else if (step == 1) sub(from, into, bytes, 1);
  else if (step == 6) sub(from, into, bytes, 6);
  else if (step == 2) sub(from, into, bytes, 2);
  else sub(from, into, bytes, 8);
}

export function averageRow(from: usize, into: usize, bytes: i32, step: i32): void {
  if (step == 3) average(from, into, bytes, 3);
  else if (step == 4) average(from, into, bytes, 4);
  else if (step == 1) average(from, into, bytes, 1);
  else if (step == 6) average(from, into, bytes, 6);
  else if (step == 2) average(from, into, bytes, 2);
  else average(from, into, bytes, 8);
}
