// Tables that decode Huffman codes: RFC 1951, 3.2.2. The next bits are an index to an entry, which is
// one of these, from its lowest bit:
//
// - symbols of the first code: 6 bits, the bits of their codes; 2 bits, how many literals there are, up to
//   2; two literals; 8 bits, 2 less than the length that follows them, or 0 if none does
// - a special entry of the first code: the upper 8 bits are set; 2 bits at bit 22 say what it is
// - a distance: 6 bits, the bits of the code and its extra bits; from bit 8, 63 less its extra bits; from
//   bit 16, the base
// - a special entry of the second code: bit 31 is set; bit 30 says whether it is invalid
//
// Codes that are longer than the index lead to a second table, in the same memory.

import {
  distanceBits,
  distanceTable,
  lengths,
  literalBits,
  literalTable,
  singles,
  sorted,
} from './layout';

const oneLiteral: u32 = 1 << 6;
/** A mask for the number of literals. */
const literalCount: u32 = 3 << 6;
/** Entries with a length are not below it. */
export const hasLength: u32 = 1 << 24;
/** Special entries are not below it. */
export const isSpecial: u32 = 0xff000000;
const maxLength: u32 = 254 + 2;

/** A mask for what a special entry is. */
export const specialKind: u32 = isSpecial | (3 << 22);
/** A second table: the lowest 6 bits are those of its index; from bit 8, its start. */
export const isSubtable: u32 = isSpecial;
/** A length with extra bits that are not in the index: from bit 8, the base; from bit 17, their number. */
export const isUnresolved: u32 = isSpecial | (1 << 22);
export const isEndOfBlock: u32 = isSpecial | (2 << 22);
const isInvalid: u32 = isSpecial | (3 << 22);

export const isSpecialDistance: u32 = 1 << 31;
export const isInvalidDistance: u32 = 3 << 30;

/** Symbols 257 to 285: base and extra bits of the length. RFC 1951, 3.2.5. */
const lengthBases: StaticArray<u16> = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
  163, 195, 227, 258,
];
const lengthExtra: StaticArray<u8> = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
];

const maxBits: u32 = 15;

const counts: StaticArray<u32> = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const offsets: StaticArray<u32> = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/** Distances beyond the window that the stream declares are invalid. */
let distanceSymbols: u32 = 30;

export function setWindow(windowLog: u32): void {
  distanceSymbols = 2 * windowLog;
}

function literalEntry(symbol: u32, length: u32): u32 {
  if (symbol < 256) return (symbol << 8) | oneLiteral | length;
  if (symbol == 256) return isEndOfBlock | length;
  if (symbol > 285) return isInvalid;
  const base = <u32>unchecked(lengthBases[symbol - 257]);
  const extra = <u32>unchecked(lengthExtra[symbol - 257]);
  if (extra == 0 && base <= maxLength) return ((base - 2) << 24) | length;
  return isUnresolved | (extra << 17) | (base << 8) | (length + extra);
}

function literalSubtable(start: u32, indexBits: u32): u32 {
  return isSubtable | (start << 8) | indexBits;
}

function distanceSubtable(start: u32, indexBits: u32): u32 {
  return isSpecialDistance | (start << 8) | indexBits;
}

function distanceEntry(symbol: u32, length: u32): u32 {
  if (symbol >= distanceSymbols) return isInvalidDistance;
  const extra = symbol < 2 ? 0 : (symbol >> 1) - 1;
  const base = symbol < 2 ? symbol + 1 : ((2 + (symbol & 1)) << extra) + 1;
  return (base << 16) | ((63 - extra) << 8) | (length + extra);
}

/** Sorts symbols by length. Returns what is left of the code space, or -1 if it is exceeded. */
function sortSymbols(from: usize, count: u32): i32 {
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
function nextCode(code: u32, length: u32): u32 {
  // Adds one to the highest bit and carries downwards.
  const zeros = ~code & ((<u32>1 << length) - 1);
  if (zeros == 0) return 0;
  const bit = <u32>1 << (31 - clz(zeros));
  return (code & (bit - 1)) | bit;
}

/**
 * Makes a table from the lengths of codes. Like zlib, accepts an incomplete code only if it has at
 * most one symbol, of length 1. Returns false for any other.
 */
@inline
function makeTable(
  from: usize,
  count: u32,
  table: usize,
  tableBits: u32,
  invalid: u32,
  entryOf: (symbol: u32, length: u32) => u32,
  subtable: (start: u32, indexBits: u32) => u32,
): bool {
  const left = sortSymbols(from, count);
  if (left < 0) return false;
  if (left > 0) {
    for (let length: u32 = 2; length <= maxBits; length++) {
      if (unchecked(counts[length]) != 0) return false;
    }
    for (let i: u32 = 0; i < <u32>1 << tableBits; i++) store<u32>(table + 4 * i, invalid);
    if (unchecked(counts[1]) == 0) return true;
  }
  let code: u32 = 0;
  let symbols = sorted;
  // The table for codes of up to `length` bits is repeated for each longer length.
  for (let length: u32 = 1; length <= tableBits; length++) {
    const size = <u32>1 << length;
    if (length > 1) memory.copy(table + 2 * size, table, 2 * size);
    for (let left = unchecked(counts[length]); left > 0; left--, symbols += 2) {
      store<u32>(table + 4 * code, entryOf(load<u16>(symbols), length));
      code = nextCode(code, length);
    }
    if (left > 0) return repeatHalf(table, tableBits);
  }
  return fillSubtables(symbols, code, table, tableBits, entryOf, subtable);
}

/** Only the code 0 is used. */
function repeatHalf(table: usize, tableBits: u32): bool {
  const entry = load<u32>(table);
  for (let i: u32 = 0; i < <u32>1 << tableBits; i += 2) store<u32>(table + 4 * i, entry);
  return true;
}

@inline
function fillSubtables(
  symbols: usize,
  first: u32,
  table: usize,
  tableBits: u32,
  entryOf: (symbol: u32, length: u32) => u32,
  subtable: (start: u32, indexBits: u32) => u32,
): bool {
  let code = first;
  let start: u32 = 1 << tableBits;
  let prefix: u32 = ~0;
  let subBits: u32 = 0;
  const mask: u32 = (1 << tableBits) - 1;
  for (let length = tableBits + 1; length <= maxBits; length++) {
    for (let left = unchecked(counts[length]); left > 0; left--, symbols += 2) {
      if ((code & mask) != prefix) {
        if (prefix != ~0) start += 1 << subBits;
        prefix = code & mask;
        subBits = subtableBits(length, left, tableBits);
        store<u32>(table + 4 * prefix, subtable(start, subBits));
      }
      const entry = entryOf(load<u16>(symbols), length);
      const step: u32 = 1 << (length - tableBits);
      for (let i = code >> tableBits; i < <u32>1 << subBits; i += step) {
        store<u32>(table + 4 * (start + i), entry);
      }
      code = nextCode(code, length);
    }
  }
  return true;
}

/** The bits that are enough for all codes with the prefix of the next one. */
function subtableBits(length: u32, left: u32, tableBits: u32): u32 {
  let subBits = length - tableBits;
  let used = left;
  while (used < <u32>1 << subBits && subBits + tableBits < maxBits) {
    subBits++;
    used = (used << 1) + unchecked(counts[subBits + tableBits]);
  }
  return subBits;
}

/** The codes of a block. Returns false if they are invalid. */
export function makeTables(literals: u32, distances: u32): bool {
  if (load<u8>(lengths + 256) == 0) return false;
  if (!makeTable(lengths, literals, literalTable, literalBits, isInvalid, literalEntry, literalSubtable)) {
    return false;
  }
  resolveLengths();
  pairSymbols();
  return makeTable(
    lengths + literals,
    distances,
    distanceTable,
    distanceBits,
    isInvalidDistance,
    distanceEntry,
    distanceSubtable,
  );
}

/** Codes for the lengths themselves, in the table of distances: the symbol and the bits of its code. */
export function makeLengthTable(): bool {
  const left = sortSymbols(lengths, 19);
  if (left != 0) return false;
  let code: u32 = 0;
  let symbols = sorted;
  for (let length: u32 = 1; length <= 7; length++) {
    const step: u32 = 1 << length;
    for (let left = unchecked(counts[length]); left > 0; left--, symbols += 2) {
      const entry = (<u32>load<u16>(symbols) << 8) | length;
      for (let i = code; i < 128; i += step) store<u32>(distanceTable + 4 * i, entry);
      code = nextCode(code, length);
    }
  }
  return true;
}

/** Gives lengths with extra bits an entry for each value of these bits, if the index contains them. */
function resolveLengths(): void {
  let code: u32 = 0;
  let symbols = sorted;
  for (let length: u32 = 1; length < literalBits; length++) {
    for (let left = unchecked(counts[length]); left > 0; left--, symbols += 2) {
      const symbol = <u32>load<u16>(symbols);
      if (symbol > 264 && symbol < 285) resolveLength(symbol - 257, code, length);
      code = nextCode(code, length);
    }
  }
}

function resolveLength(index: u32, code: u32, length: u32): void {
  const extra = <u32>unchecked(lengthExtra[index]);
  const base = <u32>unchecked(lengthBases[index]);
  const used = length + extra;
  if (used > literalBits) return;
  for (let value: u32 = 0; value < <u32>1 << extra && base + value <= maxLength; value++) {
    const entry = ((base + value - 2) << 24) | used;
    const step: u32 = 1 << used;
    for (let i = code | (value << length); i < <u32>1 << literalBits; i += step) {
      store<u32>(literalTable + 4 * i, entry);
    }
  }
}

/**
 * Puts a literal and what follows it, another literal or a length, into one entry if their codes fit into
 * the index. For each first literal, the entries of the second symbol follow each other in a copy of the
 * table.
 */
function pairSymbols(): void {
  let shortest: u32 = 1;
  while (unchecked(counts[shortest]) == 0) shortest++;
  if (shortest << 1 > literalBits) return;
  // Four entries are made at a time.
  const longest = literalBits - max(shortest, 2);
  for (let i: u32 = 0; i < <u32>1 << longest; i += 4) {
    v128.store(singles + 4 * i, asSecond(v128.load(literalTable + 4 * i)));
  }
  let code: u32 = 0;
  let symbols = sorted;
  for (let length: u32 = 1; length <= longest; length++) {
    for (let left = unchecked(counts[length]); left > 0; left--, symbols += 2) {
      if (load<u16>(symbols) < 256) pairWith(code, length);
      code = nextCode(code, length);
    }
  }
}

/** What is added to an entry with one literal, or too many bits if nothing can be. */
@inline
function asSecond(entries: v128): v128 {
  const literals = v128.or(
    i32x4.shl(v128.and(entries, i32x4.splat(0xff00)), 8),
    v128.and(entries, i32x4.splat(0x7f)),
  );
  const isLiteral = i32x4.ne(v128.and(entries, i32x4.splat(literalCount)), i32x4.splat(0));
  const isLength = v128.and(
    i32x4.ge_u(entries, i32x4.splat(hasLength)),
    i32x4.lt_u(entries, i32x4.splat(isSpecial)),
  );
  const lengths = v128.bitselect(entries, i32x4.splat(0x3f), isLength);
  return v128.bitselect(literals, lengths, isLiteral);
}

function pairWith(code: u32, length: u32): void {
  const first = load<u32>(literalTable + 4 * code);
  const single = i32x4.splat(first);
  const limit = i32x4.splat(literalBits - length);
  const count: u32 = 1 << (literalBits - length);
  const step: u32 = 4 << length;
  let into = literalTable + 4 * code;
  for (let i: u32 = 0; i < count; i += 4, into += step << 2) {
    const second = v128.load(singles + 4 * i);
    const isTooLong = i32x4.gt_s(v128.and(second, i32x4.splat(0x3f)), limit);
    const pair = v128.bitselect(single, i32x4.add(single, second), isTooLong);
    store<u32>(into, i32x4.extract_lane(pair, 0));
    store<u32>(into + step, i32x4.extract_lane(pair, 1));
    store<u32>(into + 2 * step, i32x4.extract_lane(pair, 2));
    store<u32>(into + 3 * step, i32x4.extract_lane(pair, 3));
  }
}
