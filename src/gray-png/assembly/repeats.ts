// Whether a search for matches is worth its time: bytes repeat in text, screenshots and drawings, but
// not in photographs.

import { smallBytes, worthwhile } from './matches';
import { scratchOfPlaces } from './places';

/** How much of larger data is inspected. */
export const inspectedBytes: i32 = 4096;
/** After a search in vain, the next 1, 2, 4 ... and at most so many are skipped. */
const maxSkipped = 8;
/** The share of all bits that longer matches must save before a search, as a divisor. */
const promising = 25;
/** A match takes about so many bits, and eight equal bytes in a run. */
const matchBits = 32;
const runBits = 2;
const hashBits = 12;

/** The last offset of a word with a hash, in 16 bits; 0 for none. */
const places: usize = (scratchOfPlaces + 15) & ~15;
export const scratchOfRepeats: usize = places + (2 << hashBits);

/** How many searches are skipped after the last one, and how many of them are left. */
let skipped: i32 = 0;
let skipsLeft: i32 = 0;

export function beginRepeats(): void {
  skipped = 0;
  skipsLeft = 0;
}

/**
 * Whether to search bytes whose literals take `lengths` bits, and which take `bits` without a
 * search.
 */
export function isWorthSearching(start: usize, bytes: i32, lengths: usize, bits: i32): bool {
  if (bytes < smallBytes || isQuick(bits, bytes)) return true;
  if (skipsLeft > 0) {
    skipsLeft--;
    return false;
  }
  // Few bits mean long runs, which take little time to inspect.
  const inspected = bits < bytes ? 4 * inspectedBytes : inspectedBytes;
  const roughly = roughBits(start + ((bytes - inspected) >> 1), inspected, lengths);
  const isPromising = roughly < literalBits - literalBits / promising;
  if (!isPromising) skipsLeft = 1;
  return isPromising;
}

/** Whether runs are so long that a search takes little time. */
function isQuick(bits: i32, bytes: i32): bool {
  return 5 * bits < 2 * bytes;
}

/** Notes the bits before and after a search; returns whether it was worth its time. */
export function reportSearch(bytes: i32, before: i32, after: i32): bool {
  const wasWorthwhile = after < before - before / worthwhile;
  if (wasWorthwhile) skipped = 0;
  else if (!isQuick(before, bytes)) skipped = min(maxSkipped, max(1, 2 * skipped));
  skipsLeft = skipped;
  return wasWorthwhile;
}

/** The bits of the last data without matches. */
let literalBits: i32 = 0;

/**
 * Estimates the bits of at most 65535 bytes, with the runs and the longer matches among them.
 * `lengths` are the bits of each literal; 0 for 8 bits each.
 */
export function roughBits(start: usize, bytes: i32, lengths: usize): i32 {
  memory.fill(places, 0, 2 << hashBits);
  literalBits = 0;
  let bits = 0;
  for (let offset = 1; offset + 8 <= bytes; ) {
    const word = load<u64>(start + offset);
    if (word == rotl(word, 8)) {
      offset += 8;
      bits += runBits;
      literalBits += runBits;
      continue;
    }
    const place = places + 2 * <usize>hashOf(word);
    const before = load<u16>(place);
    store<u16>(place, <u16>offset);
    let end = offset + 1;
    if (before > 0 && load<u64>(start + before) == word) {
      end = offset + 8;
      while (end < bytes && load<u8>(start + end) == load<u8>(start + end - offset + before)) end++;
    }
    let asLiterals = 0;
    for (let at = offset; at < end; at++) {
      asLiterals += lengths == 0 ? 8 : load<u8>(lengths + load<u8>(start + at));
    }
    literalBits += asLiterals;
    bits += min(asLiterals, end > offset + 1 ? matchBits : asLiterals);
    offset = end;
  }
  return bits;
}

/** By multiplication: D. Knuth, The Art of Computer Programming, volume 3, 6.4. */
// @ts-ignore: decorator
@inline
function hashOf(word: u64): u64 {
  return (word * 0x9e3779b97f4a7c15) >> (64 - hashBits);
}
