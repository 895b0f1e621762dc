// Adler-32 of all inflated bytes: RFC 1950, 9. It consists of s1 and s2, both modulo
// 65521: 1 plus the sum of the bytes, and the sum of all values of s1.

const modulus: u32 = 65521;
/** The number of bytes that 32-bit sums can hold. */
const chunk = 5552;

let first: u32 = 1;
let second: u32 = 0;

export function resetAdler(): void {
  first = 1;
  second = 0;
}

export function adler(): u32 {
  return (second << 16) | first;
}

export function addToAdler(at: usize, bytes: i32): void {
  for (let left = bytes; left > 0; left -= chunk, at += chunk) addChunk(at, min(left, chunk));
}

/**
 * Within a vector, the first byte counts 16 times for s2 and the last one once. The bytes before
 * the vector count 16 times more.
 */
function addChunk(at: usize, bytes: i32): void {
  const vectors = bytes >> 4;
  let sums = i32x4.splat(0);
  let before = i32x4.splat(0);
  let within = i32x4.splat(0);
  for (let i = 0; i < vectors; i++, at += 16) {
    const values = v128.load(at);
    before = i32x4.add(before, sums);
    sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(values)));
    within = i32x4.add(
      within,
      i32x4.add(
        i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(values), i16x8(16, 15, 14, 13, 12, 11, 10, 9)),
        i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(values), i16x8(8, 7, 6, 5, 4, 3, 2, 1)),
      ),
    );
  }
  second += first * (vectors << 4) + 16 * total(before) + total(within);
  first += total(sums);
  for (let i = vectors << 4; i < bytes; i++, at++) {
    first += load<u8>(at);
    second += first;
  }
  first %= modulus;
  second %= modulus;
}

// @ts-ignore: decorator
@inline
function total(sums: v128): u32 {
  return (
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3)
  );
}
