// Paeth's filter: https://www.w3.org/TR/png-3/#9Filter-type-4-Paeth. Each pixel depends on the one on its
// left, so that a single row leaves most of a vector unused and most of the time is spent on waiting.
// Several rows are decoded together, each one pixel behind the row above it.

/** Rows of `bytes` that can be decoded together, if there are `count` with this filter. */
export function paethGroup(count: i32, bytes: i32, step: i32): i32 {
  if (count < 2 || bytes < 8 * step + 8) return 1;
  return count < 4 || step > 4 ? 2 : 4;
}

/**
 * Paeth's choice of a, b or c. With the distances from c to the lower and to the higher one of a and b,
 * which are 0 if c is beyond: the lower one if twice the second distance is at most the first, the
 * higher one if twice the first is at most the second, and otherwise c. Returns what is added to c.
 */
@inline
function paethOffset(a: v128, b: v128, c: v128): v128 {
  const zero = i8x16.splat(0);
  const toLow = i8x16.sub_sat_u(c, i8x16.min_u(a, b));
  const toHigh = i8x16.sub_sat_u(i8x16.max_u(a, b), c);
  const isLow = i8x16.eq(i8x16.sub_sat_u(i8x16.add_sat_u(toHigh, toHigh), toLow), zero);
  const isHigh = i8x16.eq(i8x16.sub_sat_u(i8x16.add_sat_u(toLow, toLow), toHigh), zero);
  return i8x16.sub(v128.and(isHigh, toHigh), v128.and(isLow, toLow));
}

/** Some bytes of a row, one at a time. */
export function paethBytes(from: usize, into: usize, above: usize, first: i32, end: i32, step: i32): void {
  for (let i = first; i < end; i++) {
    const a = i < step ? 0 : <i32>load<u8>(into + i - step);
    const b = <i32>load<u8>(above + i);
    const c = i < step ? 0 : <i32>load<u8>(above + i - step);
    const toA = abs(b - c);
    const toB = abs(a - c);
    const toC = abs(a + b - 2 * c);
    const predicted = toA <= toB && toA <= toC ? a : toB <= toC ? b : c;
    store<u8>(into + i, <u8>(load<u8>(from + i) + predicted));
  }
}

/** A row after others, with pixels of up to 8 bytes. */
@inline
function paethOne(from: usize, into: usize, bytes: i32, step: i32): void {
  const end = into + bytes;
  let a = i8x16.splat(0);
  let c = a;
  for (; into < end; from += step, into += step) {
    const b = v128.load64_zero(into - bytes);
    a = i8x16.add(i8x16.add(v128.load64_zero(from), c), paethOffset(a, b, c));
    c = b;
    if (step > 4) v128.store64_lane(into, a, 0);
    else v128.store32_lane(into, a, 0);
  }
}

export function paethRow(from: usize, into: usize, bytes: i32, step: i32): void {
  if (step == 3) paethOne(from, into, bytes, 3);
  else paethOne(from, into, bytes, step);
}

/** Four rows with pixels of at most 4 bytes, or two. */
export function paethRows(from: usize, into: usize, bytes: i32, step: i32, rows: i32): void {
  for (let row = 0; row < rows; row++) {
    paethPart(from, into, bytes, row, 0, (rows - 1 - row) * step, step);
  }
  let done: i32;
  if (rows == 2) done = paethTwo(from, into, bytes, step);
  else if (step == 3) done = paethFour(from, into, bytes, 3);
  else done = paethFour(from, into, bytes, step);
  for (let row = 0; row < rows; row++) {
    paethPart(from, into, bytes, row, done - row * step, bytes, step);
  }
}

function paethPart(from: usize, into: usize, bytes: i32, row: i32, first: i32, end: i32, step: i32): void {
  const rowInto = into + row * bytes;
  paethBytes(from + row * (bytes + 1), rowInto, rowInto - bytes, first, end, step);
}

/** From the fourth pixel of the first row on; returns where the first row ends. */
@inline
function paethFour(from: usize, into: usize, bytes: i32, step: i32): i32 {
  const last = 2 * step;
  const from1 = from + bytes + 1 - step;
  const from2 = from1 + bytes + 1 - step;
  const from3 = from2 + bytes + 1 - step;
  const above = into - bytes;
  const into1 = into + bytes - step;
  const into2 = into1 + bytes - step;
  const into3 = into2 + bytes - step;
  let a = fourLanes(into + last, into1 + last, into2 + last);
  let c = fourLanes(above + last, into + last - step, into1 + last - step);
  let i = 3 * step;
  // The first row writes four bytes, of which some may be of its next pixel.
  for (; i + 4 <= bytes; i += step) {
    const b = v128.shuffle<i32>(v128.load32_zero(above + i), a, 0, 4, 5, 6);
    let raw = v128.load32_zero(from + i);
    raw = v128.load32_lane(from1 + i, raw, 1);
    raw = v128.load32_lane(from2 + i, raw, 2);
    raw = v128.load32_lane(from3 + i, raw, 3);
    a = i8x16.add(i8x16.add(raw, c), paethOffset(a, b, c));
    c = b;
    v128.store32_lane(into + i, a, 0);
    v128.store32_lane(into1 + i, a, 1);
    v128.store32_lane(into2 + i, a, 2);
    v128.store32_lane(into3 + i, a, 3);
  }
  return i;
}

/** Pixels of three rows, above an empty one. */
@inline
function fourLanes(first: usize, second: usize, third: usize): v128 {
  const lanes = v128.load32_lane(second, v128.load32_zero(first), 1);
  return v128.load32_lane(third, lanes, 2);
}

/** From the second pixel of the first row on; returns where the first row ends. */
@inline
function paethTwo(from: usize, into: usize, bytes: i32, step: i32): i32 {
  const from1 = from + bytes + 1 - step;
  const above = into - bytes;
  const into1 = into + bytes - step;
  let a = v128.load64_zero(into);
  let c = v128.load64_zero(above);
  let i = step;
  for (; i + 8 <= bytes; i += step) {
    const b = v128.shuffle<i64>(v128.load64_zero(above + i), a, 0, 2);
    const raw = v128.load64_lane(from1 + i, v128.load64_zero(from + i), 1);
    a = i8x16.add(i8x16.add(raw, c), paethOffset(a, b, c));
    c = b;
    v128.store64_lane(into + i, a, 0);
    v128.store64_lane(into1 + i, a, 1);
  }
  return i;
}
