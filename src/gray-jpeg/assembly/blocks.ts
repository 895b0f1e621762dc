// Decodes single blocks. Only what is needed to follow the data is computed, unless coefficients are
// kept: the DC values, and which AC coefficients are not zero.

import { counts } from './layout';
import { at, have, hold, isPastEnd, setBits, word } from './stream';
import {
  advanceOf,
  endOfBlock,
  isTableDefined,
  lengthOf,
  longEntry,
  lookupBits,
  outOfRange,
  rawValue,
  sizeOf,
  totalBits,
  valueOf,
} from './table';

// What can be wrong with a block; scan-damage.ts has the words.
export const fine = 0;
export const needsData = 1;
export const endsTooEarly = 2;
export const unknownCode = 3;
export const undefinedTable = 4;
export const valueOutOfRange = 5;
export const tooManyCoefficients = 6;

/** How often each symbol of AC occurs. */
const acCounts: usize = counts + 256 * 4;

/** The band of coefficients of the scan, and the lowest bit that it has. */
let first: i32 = 0;
let last: i32 = 63;
let lowBit: i32 = 0;
/** Bits of a DC value, without its sign. */
let dcBits: i32 = 11;
/** Blocks that follow without new coefficients of this band. */
let emptyBlocks: i32 = 0;

export function setBand(bandFirst: i32, bandLast: i32, bandLowBit: i32, precision: i32): void {
  first = bandFirst;
  last = bandLast;
  lowBit = bandLowBit;
  dcBits = precision + 3;
}

export function setEmptyBlocks(count: i32): void {
  emptyBlocks = count;
}

export function takeEmptyBlocks(max: i32): i32 {
  const count = min(emptyBlocks, max);
  emptyBlocks -= count;
  return count;
}

@inline
function entryAt(table: usize, hold: u64): u32 {
  const entry = load<u32>(table + (<usize>(hold >> (64 - lookupBits)) << 2));
  return entry != 0 ? entry : longEntry(table, hold);
}

function noCode(table: usize): i32 {
  return isTableDefined(table) ? unknownCode : undefinedTable;
}

/** `ends too early` where more bits were read than there are, because that happened before. */
function problem(code: i32): i32 {
  return isPastEnd() ? endsTooEarly : code;
}

function stop(bits: u64, count: i32, from: usize, code: i32): i32 {
  setBits(bits, count, from);
  return problem(code);
}

/**
 * Adds the DC difference to the value at `predicted`. It has up to 3 bits more than samples: ITU-T
 * T.81, F.1.2.1.1.
 */
@inline
function nextDc(table: usize, predicted: usize): i32 {
  let bits = hold;
  let count = have;
  let from = at;
  if (count < 32) {
    bits |= word(from) << (32 - count);
    from += 4;
    count += 32;
  }
  const entry = entryAt(table, bits);
  if (entry == 0) return stop(bits, count, from, noCode(table));
  if (advanceOf(entry) >= outOfRange) return stop(bits, count, from, valueOutOfRange);
  const value = load<i32>(predicted) + valueOf(entry, bits);
  setBits(bits << totalBits(entry), count - totalBits(entry), from);
  store<i32>(predicted, value);
  return abs(value) >> (dcBits - lowBit) > 0 ? problem(valueOutOfRange) : fine;
}

/** ITU-T T.81, F.2.2. Nothing is kept. */
export function skipSequential(dc: usize, ac: usize, predicted: usize): i32 {
  const problemOfDc = nextDc(dc, predicted);
  if (problemOfDc != fine) return problemOfDc;
  let bits = hold;
  let count = have;
  let from = at;
  let k = 1;
  do {
    if (count < 32) {
      bits |= word(from) << (32 - count);
      from += 4;
      count += 32;
    }
    const entry = entryAt(ac, bits);
    if (entry == 0) return stop(bits, count, from, noCode(ac));
    bits <<= totalBits(entry);
    count -= totalBits(entry);
    k += advanceOf(entry);
  } while (k < 64);
  return stop(bits, count, from, endOf(k, 63));
}

/** The problem of a block that ended before coefficient `k`. */
@inline
function endOf(k: i32, max: i32): i32 {
  if (k <= max + 1 || (k >= endOfBlock && k < outOfRange)) return fine;
  return k - outOfRange <= max + 1 && k >= outOfRange ? valueOutOfRange : tooManyCoefficients;
}

/**
 * The same; the DC value is stored, and the symbols of AC are counted as a baseline file will have
 * them: only zeros at the end of a block may be coded in another way.
 */
export function countSequential(dc: usize, ac: usize, predicted: usize, block: usize): i32 {
  const problemOfDc = nextDc(dc, predicted);
  if (problemOfDc != fine) return problemOfDc;
  store<i16>(block, <i16>load<i32>(predicted));
  let bits = hold;
  let count = have;
  let from = at;
  let zeros: usize = 0;
  let k = 1;
  do {
    if (count < 32) {
      bits |= word(from) << (32 - count);
      from += 4;
      count += 32;
    }
    const entry = entryAt(ac, bits);
    if (entry == 0) return stop(bits, count, from, noCode(ac));
    bits <<= totalBits(entry);
    count -= totalBits(entry);
    const advance = advanceOf(entry);
    k += advance;
    // Sixteen zeros count only if a value follows. The end of a block is counted below.
    const place = acCounts + (<usize>(((advance - 1) << 4) | sizeOf(entry)) << 2);
    if (sizeOf(entry) > 0) {
      store<u32>(place, load<u32>(place) + 1);
      if (zeros > 0) {
        store<u32>(acCounts + (0xf0 << 2), load<u32>(acCounts + (0xf0 << 2)) + <u32>zeros);
        zeros = 0;
      }
    } else zeros++;
  } while (k < 64);
  // A value in the last place needs no end.
  if (zeros > 0) store<u32>(acCounts, load<u32>(acCounts) + 1);
  return stop(bits, count, from, endOf(k, 63));
}

/** The same; the coefficients are stored, and a bit for each that is not zero. */
export function readSequential(
  dc: usize,
  ac: usize,
  predicted: usize,
  marks: usize,
  block: usize,
): i32 {
  memory.fill(block, 0, 128);
  const problemOfDc = nextDc(dc, predicted);
  if (problemOfDc != fine) return problemOfDc;
  store<i16>(block, <i16>load<i32>(predicted));
  let bits = hold;
  let count = have;
  let from = at;
  let marked: u64 = 0;
  let k = 1;
  do {
    if (count < 32) {
      bits |= word(from) << (32 - count);
      from += 4;
      count += 32;
    }
    const entry = entryAt(ac, bits);
    if (entry == 0) return stop(bits, count, from, noCode(ac));
    k += advanceOf(entry);
    if (sizeOf(entry) > 0 && k <= 64) {
      store<i16>(block + ((k - 1) << 1), <i16>valueOf(entry, bits));
      marked |= <u64>1 << (k - 1);
    }
    bits <<= totalBits(entry);
    count -= totalBits(entry);
  } while (k < 64);
  store<u64>(marks, marked);
  return stop(bits, count, from, endOf(k, 63));
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
  /** Coefficients of the band that were not passed yet. */
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
      // The next zero coefficient after this many others.
      let zeros = ~marked & left;
      for (let passed = advance - 1; passed > 0; passed--) zeros &= zeros - 1;
      const target = zeros & (0 - zeros);
      // If there is none, all are passed.
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
