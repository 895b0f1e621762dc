// Symbols in the order of their Huffman codes: RFC 1951, 3.2.2.

import { sorted } from './layout';

export const maxBits: u32 = 15;

export const counts: StaticArray<u32> = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const offsets: StaticArray<u32> = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/** Sorts symbols by length. Returns what is left of the code space, or -1 if it is exceeded. */
export function sortSymbols(from: usize, count: u32): i32 {
  for (let length: u32 = 0; length <= maxBits; length++) unchecked((counts[length] = 0));
  for (let i: u32 = 0; i < count; i++) unchecked(counts[load<u8>(from + i)]++);
  let left: i32 = 1;
  let offset: u32 = 0;
  for (let length: u32 = 1; length <= maxBits; length++) {
    const codes = unchecked(counts[length]);
    unchecked((offsets[length] = offset));
    offset += codes;
    left = (left << 1) - <i32>codes;
    if (left < 0) return -1;
  }
  for (let i: u32 = 0; i < count; i++) {
    const length = <u32>load<u8>(from + i);
    if (length != 0) store<u16>(sorted + 2 * unchecked(offsets[length]++), <u16>i);
  }
  return left;
}

/** The next code of the same length, with its bits reversed. */
@inline
export function nextCode(code: u32, length: u32): u32 {
  // Adds one to the highest bit and carries downwards.
  const zeros = ~code & ((<u32>1 << length) - 1);
  if (zeros == 0) return 0;
  const bit = <u32>1 << (31 - clz(zeros));
  return (code & (bit - 1)) | bit;
}
