// Where inflating continues. Loops keep these in local variables and store them when they end.

import { source, strip } from './layout';

/** The next bits, lowest first. */
export let hold: u64 = 0;
/** The number of bits in `hold`, modulo 64. */
export let bits: u32 = 0;
/** The address of the bits after `hold`. */
export let at: usize = source;
/** Data are read up to here; behind it there is space for the header of a block. */
export let softEnd: usize = source;
/** The end of the data, if they are the last ones. */
export let end: usize = source;
export let isLast: bool = false;
/** Where the next byte is written. */
export let out: usize = strip;
/** The first byte that a match may refer to. */
export let history: usize = strip;

export function resetState(): void {
  hold = 0;
  bits = 0;
  at = source;
  softEnd = source;
  end = source;
  isLast = false;
  out = strip;
  history = strip;
}

export function setSource(nextAt: usize, nextSoftEnd: usize, nextEnd: usize, last: bool): void {
  at = nextAt;
  softEnd = nextSoftEnd;
  end = nextEnd;
  isLast = last;
}

export function setBits(nextHold: u64, nextBits: u32, nextAt: usize): void {
  hold = nextHold;
  bits = nextBits;
  at = nextAt;
}

export function setOut(nextOut: usize): void {
  out = nextOut;
}

export function setHistory(nextHistory: usize): void {
  history = nextHistory;
}

/** Returns whole bytes from `hold`, so that it has fewer than 8 bits. */
export function unread(): void {
  at -= bits >> 3;
  bits &= 7;
  hold &= (<u64>1 << bits) - 1;
}

/** Adds bits until there are at least 56. */
export function refill(): void {
  hold |= load<u64>(at) << (<u64>bits);
  at += (63 - bits) >> 3;
  bits |= 56;
}

/** At most 32 bits, which must be there. */
export function take(count: u32): u32 {
  const value = <u32>(hold & ((<u64>1 << count) - 1));
  hold >>= count;
  bits -= count;
  return value;
}

/** Whether more bits were taken than the data have. */
export function isPastEnd(): bool {
  return isLast && (at << 3) - bits > end << 3;
}
