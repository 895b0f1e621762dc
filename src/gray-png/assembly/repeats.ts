// Whether bytes repeat themselves, as they do in text, screens and drawings, but not in photographs.

import { endOfBlockScratch } from './block';

/** Long enough not to repeat by chance where a dark picture has but a few grays. */
const wordBytes = 16;
/** Every so many bytes, the word from there on is looked up. */
export const step: i32 = 8;
const hashBits = 13;

/** Where a word with a hash was seen last, in 16 bits; 0 is nowhere. */
const places: usize = (endOfBlockScratch + 15) & ~15;
export const endOfScratch: usize = places + (2 << hashBits);

let flat: i32 = 0;

/** Of the words looked up by the last count, those of one byte throughout. */
export function flatWords(): i32 {
  return flat;
}

/** How many words have been there before, flat ones not counted; for at most 65535 bytes. */
export function countRepeats(start: usize, bytes: i32): i32 {
  memory.fill(places, 0, 2 << hashBits);
  flat = 0;
  let repeated = 0;
  for (let offset = 1; offset + wordBytes <= bytes; offset++) {
    const low = load<u64>(start + offset);
    const high = load<u64>(start + offset, 8);
    const place = places + 2 * <usize>hashOf(low, high);
    if (offset % step == 0) {
      const before = load<u16>(place);
      if (low == high && low == rotl(low, 8)) flat++;
      else if (before > 0 && isAt(start + before, low, high)) repeated++;
    }
    store<u16>(place, <u16>offset);
  }
  return repeated;
}

/** By multiplication: D. Knuth, The Art of Computer Programming, volume 3, 6.4. */
// @ts-ignore: decorator
@inline
function hashOf(low: u64, high: u64): u64 {
  return ((low ^ rotl(high * 0x9e3779b97f4a7c15, 29)) * 0x9e3779b97f4a7c15) >> (64 - hashBits);
}

// @ts-ignore: decorator
@inline
function isAt(at: usize, low: u64, high: u64): bool {
  return load<u64>(at) == low && load<u64>(at, 8) == high;
}
