// What all kinds of blocks share: symbols, DC values and problems.

import { at, have, hold, isPastEnd, setBits, word } from './stream';
import {
  advanceOf,
  endOfBlock,
  isTableDefined,
  longEntry,
  lookupBits,
  outOfRange,
  totalBits,
  valueOf,
} from './table';

// Problems of a block; decode-interval.ts has their texts.
export const fine = 0;
export const needsData = 1;
export const endsTooEarly = 2;
export const unknownCode = 3;
export const undefinedTable = 4;
export const valueOutOfRange = 5;
export const tooManyCoefficients = 6;

/** The band of coefficients of the scan, and the lowest bit that it contains. */
export let first: i32 = 0;
export let last: i32 = 63;
export let lowBit: i32 = 0;
/** Bits of a DC value, without its sign. */
let dcBits: i32 = 11;
export function setBand(bandFirst: i32, bandLast: i32, bandLowBit: i32, precision: i32): void {
  first = bandFirst;
  last = bandLast;
  lowBit = bandLowBit;
  dcBits = precision + 3;
}

@inline
export function entryAt(table: usize, hold: u64): u32 {
  const entry = load<u32>(table + (<usize>(hold >> (64 - lookupBits)) << 2));
  return entry != 0 ? entry : longEntry(table, hold);
}

export function noCode(table: usize): i32 {
  return isTableDefined(table) ? unknownCode : undefinedTable;
}

/** Replaces the problem by `ends too early` if more bits were read than there are: that came first. */
export function problem(code: i32): i32 {
  return isPastEnd() ? endsTooEarly : code;
}

export function stop(bits: u64, count: i32, from: usize, code: i32): i32 {
  setBits(bits, count, from);
  return problem(code);
}

/**
 * Adds the DC difference to the value at `predicted`. It has up to 3 bits more than samples: ITU-T
 * T.81, F.1.2.1.1.
 */
@inline
export function nextDc(table: usize, predicted: usize): i32 {
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

/** The problem of a block that ended before coefficient `k`. */
@inline
export function endOf(k: i32, max: i32): i32 {
  if (k <= max + 1 || (k >= endOfBlock && k < outOfRange)) return fine;
  return k - outOfRange <= max + 1 && k >= outOfRange ? valueOutOfRange : tooManyCoefficients;
}
