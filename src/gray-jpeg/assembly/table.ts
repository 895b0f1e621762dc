// Huffman tables for reading: ITU-T T.81, annex C and F.2.2.3.

import { tableBytes, tables } from './layout';

/** Codes of up to this many bits are looked up; longer ones are rare. */
export const lookupBits: u32 = 10;

// A table: entries for the next bits, short entries for the same bits, limits and offsets for each length, the number of codes of each
// length, and their symbols.
const shortAt = 4 << lookupBits;
const limitsAt = 8 << lookupBits;
const offsetsAt = limitsAt + 17 * 4;
const isDefinedAt = offsetsAt + 17 * 4;
const kindAt = isDefinedAt + 4;
const maxSizeAt = kindAt + 4;
const countsAt = maxSizeAt + 4;
const symbolsAt = countsAt + 16;

/** What a table’s symbols mean. */
export const dcTable = 0;
export const sequentialTable = 1;
export const firstTable = 2;
export const refiningTable = 3;

/** Instead of a number of coefficients: this block has no more. */
export const endOfBlock = 128;
/** Added to it if the value is too large. */
export const outOfRange = 256;

export function tableAt(slot: i32): usize {
  return tables + slot * tableBytes;
}

/** Where the caller writes the number of codes of each length, and then the symbols. */
export function definitionAt(slot: i32): usize {
  return tableAt(slot) + countsAt;
}

/** Prepares a table after its definition was written. `maxSize` is that of a value in bits. */
export function defineTable(slot: i32, kind: i32, maxSize: i32, isDefined: bool): void {
  const table = tableAt(slot);
  memory.fill(table, 0, limitsAt);
  store<i32>(table, kind, kindAt);
  store<i32>(table, maxSize, maxSizeAt);
  store<i32>(table, isDefined ? 1 : 0, isDefinedAt);
  let code: u32 = 0;
  let index: u32 = 0;
  for (let length: u32 = 1; length <= 16; length++) {
    store<i32>(table + length * 4, code - index, offsetsAt);
    for (let left = <u32>load<u8>(table + length - 1, countsAt); left > 0; left--) {
      if (length <= lookupBits) putEntries(table, code, length, index);
      code++;
      index++;
    }
    store<u32>(table + length * 4, code << (16 - length), limitsAt);
    code <<= 1;
  }
}

function putEntries(table: usize, code: u32, length: u32, index: u32): void {
  const entry = entryOf(table, load<u8>(table + index, symbolsAt), length);
  const count = <u32>1 << (lookupBits - length);
  for (let i: u32 = 0; i < count; i++) {
    const bits = code * count + i;
    store<u32>(table + bits * 4, entry);
    store<u32>(table + bits * 4, shortOf(entry, bits), shortAt);
  }
}

/** A short entry has the value itself; 0 if the value does not fit in the bits that are looked up. */
function shortOf(entry: u32, bits: u32): u32 {
  const advance = advanceOf(entry);
  const total = totalBits(entry);
  if (<u32>total > lookupBits || advance > endOfBlock) return 0;
  const value = sizeOf(entry) == 0 ? 0 : valueOf(entry, <u64>bits << (64 - lookupBits));
  return total | (advance << 6) | (value << 16);
}

/** The short entry of the next bits. */
@inline
export function shortEntryAt(table: usize, hold: u64): i32 {
  return load<i32>(table + (<usize>(hold >> (64 - lookupBits)) << 2), shortAt);
}

/** The number of bits of a code and its value together. */
@inline
export function shortBits(entry: i32): i32 {
  return entry & 63;
}

@inline
export function shortAdvance(entry: i32): i32 {
  return (entry >> 6) & 255;
}

/** 0 for entries that are no coefficient. */
@inline
export function shortValue(entry: i32): i32 {
  return entry >> 16;
}

export function isTableDefined(table: usize): bool {
  return load<i32>(table, isDefinedAt) != 0;
}

/** The entry of a code of more than `lookupBits`; 0 if the bits are no code. */
export function longEntry(table: usize, hold: u64): u32 {
  const next = <u32>(hold >> 48);
  for (let length: u32 = lookupBits + 1; length <= 16; length++) {
    if (next >= load<u32>(table + length * 4, limitsAt)) continue;
    const index = (next >> (16 - length)) - load<i32>(table + length * 4, offsetsAt);
    return entryOf(table, load<u8>(table + index, symbolsAt), length);
  }
  return 0;
}

/** The number of bits of a code and its value together. */
@inline
export function totalBits(entry: u32): i32 {
  return entry & 31;
}

/** The coefficients up to and including this one, in zigzag order; `endOfBlock`; above it, a problem. */
@inline
export function advanceOf(entry: u32): i32 {
  return (entry >> 5) & 511;
}

/** The number of bits of the value. */
@inline
export function sizeOf(entry: u32): i32 {
  return (entry >> 16) & 31;
}

/** The number of bits of the code. */
@inline
export function lengthOf(entry: u32): i32 {
  return entry >> 24;
}

/** The value that follows a code: ITU-T T.81, F.2.2.1, EXTEND. */
@inline
export function valueOf(entry: u32, hold: u64): i32 {
  const size = sizeOf(entry);
  const value = rawValue(entry, hold);
  // Without a branch, because half of the values are negative.
  return value + (((value >> (size - 1)) - 1) & (1 - (1 << size)));
}

/** The bits that follow a code as a number. */
@inline
export function rawValue(entry: u32, hold: u64): i32 {
  return <i32>(((hold << lengthOf(entry)) >> 1) >> (63 - sizeOf(entry)));
}

function entryOf(table: usize, symbol: u32, length: u32): u32 {
  const kind = load<i32>(table, kindAt);
  const maxSize = <u32>load<i32>(table, maxSizeAt);
  if (kind == dcTable) {
    return symbol > maxSize ? pack(length, outOfRange, 0) : pack(length, 1, symbol);
  }
  const run = symbol >> 4;
  const size = symbol & 15;
  if (size == 0 && run < 15) return pack(length, endOfBlock, kind == sequentialTable ? 0 : run);
  if (size > maxSize) return pack(length, outOfRange + run + 1, 0);
  return pack(length, run + 1, size);
}

function pack(length: u32, advance: u32, size: u32): u32 {
  return (length + size) | (advance << 5) | (size << 16) | (length << 24);
}
