// Tables that decode the Huffman codes of a block: RFC 1951, 3.2.2. entries.ts describes what they contain.

import { counts, maxBits, nextCode, sortSymbols } from './code-order';
import {
  distanceEntry,
  distanceSubtable,
  isInvalid,
  isInvalidDistance,
  literalEntry,
  literalSubtable,
} from './entries';
import { distanceBits, distanceTable, lengths, literalBits, literalTable, sorted } from './layout';
import { pairSymbols, resolveLengths } from './pair-symbols';

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
