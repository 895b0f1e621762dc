// The entropy-coded data that are written: ITU-T T.81, F.1.2 and B.1.1.5.

import { output, outputBytes } from './layout';

/** Bits that are not in the output yet. */
export let pending: u64 = 0;
/** Their number: fewer than 32 between two blocks. */
export let pendingBits: i32 = 0;
/** Where the next byte is written. */
export let at: usize = output;

@inline
export function setWritten(bits: u64, bitCount: i32, to: usize): void {
  pending = bits;
  pendingBits = bitCount;
  at = to;
}

/** Whether there is space for another block. */
@inline
export function hasSpace(): bool {
  return at <= output + outputBytes;
}

/** Writes 32 bits, and a zero after each 0xff. Returns where the next byte is written. */
@inline
export function putWord(word: u32, to: usize): usize {
  // Whether none of the bytes is 0xff.
  if (((~word - 0x01010101) & word & 0x80808080) == 0) {
    store<u32>(to, bswap<u32>(word));
    return to + 4;
  }
  return putBytes(word, to);
}

function putBytes(word: u32, to: usize): usize {
  at = to;
  for (let shift = 24; shift >= 0; shift -= 8) putByte(word >> shift);
  return at;
}

function putByte(byte: u32): void {
  store<u8>(at++, byte);
  if ((byte & 255) == 0xff) store<u8>(at++, 0);
}

/** Returns the number of written bytes; the next ones are written to the same place. */
export function takeOutput(): i32 {
  const bytes = <i32>(at - output);
  at = output;
  return bytes;
}

/** Fills up the last byte with ones. */
export function finishOutput(): void {
  const missing = (8 - (pendingBits & 7)) & 7;
  pending = (pending << missing) | ((<u64>1 << missing) - 1);
  pendingBits += missing;
  for (; pendingBits > 0; pendingBits -= 8) putByte(<u32>(pending >> (pendingBits - 8)));
}
