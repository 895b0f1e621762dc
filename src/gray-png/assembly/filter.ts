// The filters of PNG (https://www.w3.org/TR/png-3/#9Filters), 16 bytes at a time. The left
// neighbours of a row’s first pixels are in the margin before it. The 16 bytes after a row may be read,
// and written where a row is written.

export const none: i32 = 0;
const sub: i32 = 1;
const up: i32 = 2;
const average: i32 = 3;
const paeth: i32 = 4;

/** The number of vectors that 16-bit sums can hold: each adds at most twice 128. */
const vectorsPerSum = 255;

/** Masks for the last vector of a row, loaded so that as many bytes are set as remain. */
const tailMask: usize = memory.data<u8>([
  255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);

/**
 * The filter whose bytes, read as signed, have the smallest sum of absolute values: the heuristic
 * that the PNG specification recommends (12.7).
 */
export function chooseFilter(row: usize, above: usize, bytes: i32, step: i32): i32 {
  let sumNone = i32x4.splat(0);
  let sumSub = i32x4.splat(0);
  let sumUp = i32x4.splat(0);
  let sumAverage = i32x4.splat(0);
  let sumPaeth = i32x4.splat(0);
  for (let x = 0; x < bytes; ) {
    const end = min(bytes, x + 16 * vectorsPerSum);
    let partNone = i16x8.splat(0);
    let partSub = i16x8.splat(0);
    let partUp = i16x8.splat(0);
    let partAverage = i16x8.splat(0);
    let partPaeth = i16x8.splat(0);
    for (; x < end; x += 16) {
      const counted = x + 16 <= bytes ? i8x16.splat(-1) : v128.load(tailMask + 16 - (bytes - x));
      const at = v128.load(row + x);
      const left = v128.load(row + x - step);
      const over = v128.load(above + x);
      const corner = v128.load(above + x - step);
      partNone = i16x8.add(partNone, distances(at, counted));
      partSub = i16x8.add(partSub, distances(i8x16.sub(at, left), counted));
      partUp = i16x8.add(partUp, distances(i8x16.sub(at, over), counted));
      partAverage = i16x8.add(
        partAverage,
        distances(i8x16.sub(at, averageOf(left, over)), counted),
      );
      partPaeth = i16x8.add(
        partPaeth,
        distances(i8x16.sub(at, paethOf(left, over, corner)), counted),
      );
    }
    sumNone = i32x4.add(sumNone, i32x4.extadd_pairwise_i16x8_u(partNone));
    sumSub = i32x4.add(sumSub, i32x4.extadd_pairwise_i16x8_u(partSub));
    sumUp = i32x4.add(sumUp, i32x4.extadd_pairwise_i16x8_u(partUp));
    sumAverage = i32x4.add(sumAverage, i32x4.extadd_pairwise_i16x8_u(partAverage));
    sumPaeth = i32x4.add(sumPaeth, i32x4.extadd_pairwise_i16x8_u(partPaeth));
  }
  return smallest(total(sumNone), total(sumSub), total(sumUp), total(sumAverage), total(sumPaeth));
}

/** Of equal sums, the filter that decodes fastest. */
function smallest(ofNone: u32, ofSub: u32, ofUp: u32, ofAverage: u32, ofPaeth: u32): i32 {
  let filter = none;
  let least = ofNone;
  if (ofUp < least) {
    filter = up;
    least = ofUp;
  }
  if (ofSub < least) {
    filter = sub;
    least = ofSub;
  }
  if (ofAverage < least) {
    filter = average;
    least = ofAverage;
  }
  return ofPaeth < least ? paeth : filter;
}

/** Writes up to 15 bytes more than the row has. */
export function filterRow(filter: i32, row: usize, above: usize, into: usize, bytes: i32, step: i32): void {
  switch (filter) {
    case sub:
      filterBy(sub, row, above, into, bytes, step);
      break;
    case up:
      filterBy(up, row, above, into, bytes, step);
      break;
    case average:
      filterBy(average, row, above, into, bytes, step);
      break;
    case paeth:
      filterBy(paeth, row, above, into, bytes, step);
      break;
    default:
      memory.copy(into, row, bytes);
  }
}

/** Inlined, so that each call becomes a separate loop without branches. */
// @ts-ignore: decorator
@inline
function filterBy(filter: i32, row: usize, above: usize, into: usize, bytes: i32, step: i32): void {
  for (let x = 0; x < bytes; x += 16) {
    const left = v128.load(row + x - step);
    const over = v128.load(above + x);
    const guess =
      filter == sub
        ? left
        : filter == up
          ? over
          : filter == average
            ? averageOf(left, over)
            : paethOf(left, over, v128.load(above + x - step));
    v128.store(into + x, i8x16.sub(v128.load(row + x), guess));
  }
}

/** Rounded down; the instruction rounds up. */
// @ts-ignore: decorator
@inline
function averageOf(left: v128, over: v128): v128 {
  return i8x16.sub(i8x16.avgr_u(left, over), v128.and(v128.xor(left, over), i8x16.splat(1)));
}

/**
 * Of left, over and corner, the one nearest to left + over - corner; of equals, the first.
 * Their distances are |over - corner|, |left - corner|, and their sum if left and over lie on the
 * same side of the corner, or else their difference. A sum above 255 loses just as 255 does.
 */
// @ts-ignore: decorator
@inline
function paethOf(left: v128, over: v128, corner: v128): v128 {
  const byLeft = apart(over, corner);
  const byOver = apart(left, corner);
  const isSameSide = i8x16.eq(i8x16.ge_u(over, corner), i8x16.ge_u(left, corner));
  const byCorner = v128.bitselect(i8x16.add_sat_u(byLeft, byOver), apart(byLeft, byOver), isSameSide);
  const isLeft = v128.and(i8x16.le_u(byLeft, byOver), i8x16.le_u(byLeft, byCorner));
  return v128.bitselect(left, v128.bitselect(over, corner, i8x16.le_u(byOver, byCorner)), isLeft);
}

// @ts-ignore: decorator
@inline
function apart(a: v128, b: v128): v128 {
  return v128.or(i8x16.sub_sat_u(a, b), i8x16.sub_sat_u(b, a));
}

/** Absolute values of the selected signed bytes, added in pairs. */
// @ts-ignore: decorator
@inline
function distances(bytes: v128, counted: v128): v128 {
  return i16x8.extadd_pairwise_i8x16_u(v128.and(i8x16.min_u(bytes, i8x16.neg(bytes)), counted));
}

// @ts-ignore: decorator
@inline
function total(sums: v128): u32 {
  const halves = i32x4.add(sums, v128.shuffle<u32>(sums, sums, 2, 3, 0, 1));
  return i32x4.extract_lane(halves, 0) + i32x4.extract_lane(halves, 1);
}
