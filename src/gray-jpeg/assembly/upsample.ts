// Enlarges chroma as libjpeg does (“fancy upsampling”): a triangle filter whose rounding alternates.

/** Chroma samples in a row. */
let columns: i32 = 0;
/** Whether there are two luma samples for each of chroma. */
export let isWide: bool = false;
export let isTall: bool = false;
/** Sums of two rows, with a copy of the first and the last. */
let sums: usize = 0;

export function setChromaShape(count: i32, wide: bool, tall: bool, scratch: usize): void {
  columns = count;
  isWide = wide;
  isTall = tall;
  sums = scratch;
}

/** Writes a row of the image’s width. `far` is the second nearest row of chroma. */
export function enlarge(near: usize, far: usize, isUpper: bool, to: usize): void {
  if (!isWide) blendRows(near, far, isUpper, to);
  else if (columns < 3) repeatColumns(near, to);
  else if (isTall) {
    sumRows(near, far);
    blendColumns(to, 8, 7, 4);
  } else {
    sumRow(near);
    blendColumns(to, 1, 2, 2);
  }
}

/** 3 near + far. */
// @ts-ignore: decorator
@inline
function weighted(near: usize, far: usize): v128 {
  return i16x8.add(
    i16x8.mul(v128.load8x8_u(near), i16x8.splat(3)),
    v128.load8x8_u(far),
  );
}

/** Between two rows: a quarter of the further one. */
function blendRows(near: usize, far: usize, isUpper: bool, to: usize): void {
  const half = i16x8.splat(isUpper ? 1 : 2);
  for (let x = 0; x < columns; x += 8) {
    const blend = i16x8.shr_u(i16x8.add(weighted(near + x, far + x), half), 2);
    v128.store64_lane(to + x, i8x16.narrow_i16x8_u(blend, blend), 0);
  }
}

/** libjpeg enlarges very narrow images without a filter. */
function repeatColumns(near: usize, to: usize): void {
  for (let x = 0; x < columns; x++) {
    const sample = load<u8>(near + x);
    store<u8>(to + 2 * x, sample);
    store<u8>(to + 2 * x, sample, 1);
  }
}

function sumRow(near: usize): void {
  for (let x = 0; x < columns; x += 8) {
    v128.store(sums + 2 + 2 * x, v128.load8x8_u(near + x));
  }
  repeatEnds();
}

function sumRows(near: usize, far: usize): void {
  for (let x = 0; x < columns; x += 8) {
    v128.store(sums + 2 + 2 * x, weighted(near + x, far + x));
  }
  repeatEnds();
}

function repeatEnds(): void {
  store<u16>(sums, load<u16>(sums, 2));
  const end = sums + 2 + 2 * columns;
  store<u16>(end, load<u16>(end - 2));
}

/** Between two columns: a quarter of the further one. */
// @ts-ignore: decorator
@inline
function blendColumns(to: usize, leftHalf: i16, rightHalf: i16, shift: i32): void {
  for (let x = 0; x < columns; x += 8) {
    const from = sums + 2 * x;
    const nearer = i16x8.mul(v128.load(from, 2), i16x8.splat(3));
    const left = i16x8.add(i16x8.add(nearer, v128.load(from)), i16x8.splat(leftHalf));
    const right = i16x8.add(i16x8.add(nearer, v128.load(from, 4)), i16x8.splat(rightHalf));
    const both = v128.or(i16x8.shr_u(left, shift), i16x8.shl(i16x8.shr_u(right, shift), 8));
    v128.store(to + 2 * x, both);
  }
}
