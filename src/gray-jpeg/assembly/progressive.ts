// Blocks of progressive files: ITU-T T.81, G.1.2. For every coefficient, one bit is always kept, whether
// it is zero: later scans cannot be decoded without it.

import { at, have, hold, setBits, word } from './stream';
import {
  endOf,
  entryAt,
  fine,
  first,
  last,
  lowBit,
  nextDc,
  noCode,
  problem,
  stop,
  tooManyCoefficients,
  valueOutOfRange,
} from './symbols';
import { advanceOf, endOfBlock, outOfRange, rawValue, sizeOf, totalBits, valueOf } from './table';

/** Blocks that follow without new coefficients of this band. */
let emptyBlocks: i32 = 0;

export function setEmptyBlocks(count: i32): void {
  emptyBlocks = count;
}

export function takeEmptyBlocks(max: i32): i32 {
  const count = min(emptyBlocks, max);
  emptyBlocks -= count;
  return count;
}

/** ITU-T T.81, G.1.2.1. `block` is 0 if coefficients are not kept. */
export function readDcFirst(dc: usize, predicted: usize, block: usize): i32 {
  const code = nextDc(dc, predicted);
  if (block != 0) store<i16>(block, <i16>(load<i32>(predicted) << lowBit));
  return problem(code);
}

export function readDcMore(block: usize): i32 {
  const bit = readBit();
  if (block != 0) store<i16>(block, <i16>(load<i16>(block) | (bit << lowBit)));
  return problem(fine);
}

function readBit(): i32 {
  if (have == 0) setBits(word(at) << 32, 32, at + 4);
  const bit = <i32>(hold >> 63);
  setBits(hold << 1, have - 1, at);
  return bit;
}

/** At most 32 bits. */
@inline
function skipBits(count: i32): void {
  if (have < 32) setBits(hold | (word(at) << (32 - have)), have + 32, at + 4);
  setBits(hold << count, have - count, at);
}

/** ITU-T T.81, G.1.2.2. */
export function readAcFirst(ac: usize, marks: usize, block: usize): i32 {
  if (takeEmptyBlocks(1) > 0) return fine;
  let bits = hold;
  let count = have;
  let from = at;
  let marked = load<u64>(marks);
  let k = first;
  while (k <= last) {
    if (count < 32) {
      bits |= word(from) << (32 - count);
      from += 4;
      count += 32;
    }
    const entry = entryAt(ac, bits);
    if (entry == 0) return stop(bits, count, from, noCode(ac));
    const advance = advanceOf(entry);
    k += advance;
    if (advance == endOfBlock) {
      emptyBlocks = (1 << sizeOf(entry)) + rawValue(entry, bits) - 1;
    } else if (sizeOf(entry) > 0 && k <= last + 1) {
      marked |= <u64>1 << (k - 1);
      if (block != 0) store<i16>(block + ((k - 1) << 1), <i16>(valueOf(entry, bits) << lowBit));
    }
    bits <<= totalBits(entry);
    count -= totalBits(entry);
  }
  store<u64>(marks, marked);
  return stop(bits, count, from, first > last ? fine : endOf(k, last));
}

/** ITU-T T.81, G.1.2.3. */
export function readAcMore(ac: usize, marks: usize, block: usize): i32 {
  let marked = load<u64>(marks);
  /** Coefficients of the band that were not visited yet. */
  let left = bitsBetween(first, last);
  if (emptyBlocks == 0) {
    while (left != 0) {
      let bits = hold;
      let count = have;
      let from = at;
      if (count < 32) {
        bits |= word(from) << (32 - count);
        from += 4;
        count += 32;
      }
      const entry = entryAt(ac, bits);
      if (entry == 0) return stop(bits, count, from, noCode(ac));
      const advance = advanceOf(entry);
      if (advance >= outOfRange) return stop(bits, count, from, valueOutOfRange);
      const raw = rawValue(entry, bits);
      setBits(bits << totalBits(entry), count - totalBits(entry), from);
      if (advance == endOfBlock) {
        emptyBlocks = (1 << sizeOf(entry)) + raw;
        break;
      }
      // The target is the next zero coefficient after skipping this many zeros.
      let zeros = ~marked & left;
      for (let passed = advance - 1; passed > 0; passed--) zeros &= zeros - 1;
      const target = zeros & (0 - zeros);
      // Without a target, all coefficients are passed.
      const passed = left & (target - 1);
      if ((marked & passed) != 0) refine(marked & passed, block);
      left &= ~(passed | target);
      if (target == 0) {
        if (sizeOf(entry) > 0) return problem(tooManyCoefficients);
        break;
      }
      if (sizeOf(entry) == 0) continue;
      marked |= target;
      if (block != 0) {
        store<i16>(block + (<usize>ctz(target) << 1), <i16>(((raw << 1) - 1) << lowBit));
      }
    }
    store<u64>(marks, marked);
  }
  if (emptyBlocks > 0) {
    if ((marked & left) != 0) refine(marked & left, block);
    emptyBlocks--;
  }
  return problem(fine);
}

/** Bits from `from` to `to`; none if `from` is greater. */
function bitsBetween(from: i32, to: i32): u64 {
  if (from > to) return 0;
  return (~(<u64>0) >> (63 - to)) & (~(<u64>0) << from);
}

/** Reads a bit for each of these coefficients. */
function refine(coefficients: u64, block: usize): void {
  if (block == 0) {
    let bits = <i32>popcnt(coefficients);
    for (; bits > 32; bits -= 32) skipBits(32);
    skipBits(bits);
    return;
  }
  let bits = hold;
  let count = have;
  let from = at;
  for (; coefficients != 0; coefficients &= coefficients - 1) {
    if (count == 0) {
      bits = word(from) << 32;
      from += 4;
      count = 32;
    }
    // Without a branch, because the bits are random.
    const one = <i32>(bits >> 63) << lowBit;
    bits <<= 1;
    count--;
    const place = block + (<usize>ctz(coefficients) << 1);
    const value = <i32>load<i16>(place);
    const sign = value >> 31;
    store<i16>(place, <i16>(value + ((one ^ sign) - sign)));
  }
  setBits(bits, count, from);
}
