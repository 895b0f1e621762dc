// The entropy-coded data of a restart interval: ITU-T T.81, B.1.1.5 and F.2.2.5. Stuffed zeros are
// removed before the bits are read. After the end there are ones.

import { paddingBytes, stream } from './layout';

/** The next bits, highest first. */
export let hold: u64 = 0;
/** The number of bits in `hold`; the rest are zero. */
export let have: i32 = 0;
/** The address of the bits after `hold`. */
export let at: usize = stream;
export let end: usize = stream;
/** Whether the end of the interval was reached, so that ones follow. */
export let isComplete: bool = false;

let extra: i32 = 0;
let isZero: bool = true;
let isPadded: bool = true;

export function beginStream(): void {
  hold = 0;
  have = 0;
  at = stream;
  end = stream;
  isComplete = false;
}

/** Stores the state that a loop has in local variables. */
@inline
export function setBits(nextHold: u64, nextHave: i32, nextAt: usize): void {
  hold = nextHold;
  have = nextHave;
  at = nextAt;
}

/** The next four bytes as a number. */
@inline
export function word(from: usize): u64 {
  return <u64>bswap<u32>(load<u32>(from));
}

/** The next eight bytes as a number. */
@inline
export function next8(from: usize): u64 {
  return bswap<u64>(load<u64>(from));
}

/** Whether more bits were read than the interval has. */
export function isPastEnd(): bool {
  return (<i32>(end - at)) * 8 + have < 0;
}

/**
 * Adds bytes of the file up to the next marker. Returns how many were used: all of them, unless a
 * marker follows or they end in 0xff.
 */
export function feed(from: usize, bytes: i32, isLast: bool): i32 {
  const left = end - at;
  memory.copy(stream, at, left);
  at = stream;
  end = stream + left;
  const start = from;
  const limit = from + bytes;
  while (from < limit) {
    const next8 = from + 8 <= limit ? load<u64>(from) : ~(<u64>0);
    // Whether one of the bytes is 0xff.
    if (((~next8 - 0x0101010101010101) & next8 & 0x8080808080808080) == 0) {
      store<u64>(end, next8);
      from += 8;
      end += 8;
      continue;
    }
    if (load<u8>(from) != 0xff) {
      store<u8>(end++, load<u8>(from++));
      continue;
    }
    // Like libjpeg, reads any number of 0xff before a zero as one byte.
    let next = from + 1;
    while (next < limit && load<u8>(next) == 0xff) next++;
    if (next == limit) {
      if (!isLast) return <i32>(next - 1 - start);
      break;
    }
    if (load<u8>(next) != 0) {
      isComplete = true;
      break;
    }
    store<u8>(end++, 0xff);
    from = next + 1;
  }
  if (isLast) isComplete = true;
  if (isComplete) memory.fill(end, 0xff, paddingBytes);
  return <i32>(from - start);
}

/** Begins to inspect what follows the last block. */
export function beginRest(): void {
  const padding = have & 7;
  // The rest of the last byte is filled with ones: ITU-T T.81, F.1.2.3.
  isPadded = padding == 0 || hold >> (64 - padding) == (<u64>1 << padding) - 1;
  hold <<= padding;
  have -= padding;
  const held = (have >> 3) - (at > end ? <i32>(at - end) : 0);
  extra = held;
  isZero = held == 0 || hold >> (64 - held * 8) == 0;
  at = min(at, end);
  skipRest();
}

/** Inspects the fed bytes; to be called until the stream is complete. */
export function skipRest(): void {
  extra += <i32>(end - at);
  for (; at < end; at++) {
    if (load<u8>(at) != 0) isZero = false;
  }
  at = end;
}

export function isStreamComplete(): bool {
  return isComplete;
}

/** Whole bytes after the last block. */
export function extraBytes(): i32 {
  return extra;
}

export function isExtraZero(): bool {
  return isZero;
}

export function isLastBytePadded(): bool {
  return isPadded;
}
