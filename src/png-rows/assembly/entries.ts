// Entries of the tables that decode Huffman codes. The next bits are an index to an entry, which is one of
// these, from its lowest bit:
//
// - symbols of the first code: 6 bits, the bits of their codes; 2 bits, how many literals there are, up to
//   2; two literals; 8 bits, 2 less than the length that follows them, or 0 if none does
// - a special entry of the first code: the upper 8 bits are set; 2 bits at bit 22 say what it is
// - a distance: 6 bits, the bits of the code and its extra bits; from bit 8, 63 less its extra bits; from
//   bit 16, the base
// - a special entry of the second code: bit 31 is set; bit 30 says whether it is invalid
//
// Codes that are longer than the index lead to a second table, in the same memory.

const oneLiteral: u32 = 1 << 6;
/** A mask for the number of literals. */
export const literalCount: u32 = 3 << 6;
/** Entries with a length are not below it. */
export const hasLength: u32 = 1 << 24;
/** Special entries are not below it. */
export const isSpecial: u32 = 0xff000000;
export const maxLength: u32 = 254 + 2;

/** A mask for what a special entry is. */
export const specialKind: u32 = isSpecial | (3 << 22);
/** A second table: the lowest 6 bits are those of its index; from bit 8, its start. */
export const isSubtable: u32 = isSpecial;
/** A length with extra bits that are not in the index: from bit 8, the base; from bit 17, their number. */
export const isUnresolved: u32 = isSpecial | (1 << 22);
export const isEndOfBlock: u32 = isSpecial | (2 << 22);
export const isInvalid: u32 = isSpecial | (3 << 22);

export const isSpecialDistance: u32 = 1 << 31;
export const isInvalidDistance: u32 = 3 << 30;

/** Symbols 257 to 285: base and extra bits of the length. RFC 1951, 3.2.5. */
export const lengthBases: StaticArray<u16> = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
  163, 195, 227, 258,
];
export const lengthExtra: StaticArray<u8> = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
];

/** Distances beyond the window that the stream declares are invalid. */
let distanceSymbols: u32 = 30;

export function setWindow(windowLog: u32): void {
  distanceSymbols = 2 * windowLog;
}

export function literalEntry(symbol: u32, length: u32): u32 {
  if (symbol < 256) return (symbol << 8) | oneLiteral | length;
  if (symbol == 256) return isEndOfBlock | length;
  if (symbol > 285) return isInvalid;
  const base = <u32>unchecked(lengthBases[symbol - 257]);
  const extra = <u32>unchecked(lengthExtra[symbol - 257]);
  if (extra == 0 && base <= maxLength) return ((base - 2) << 24) | length;
  return isUnresolved | (extra << 17) | (base << 8) | (length + extra);
}

export function literalSubtable(start: u32, indexBits: u32): u32 {
  return isSubtable | (start << 8) | indexBits;
}

export function distanceSubtable(start: u32, indexBits: u32): u32 {
  return isSpecialDistance | (start << 8) | indexBits;
}

export function distanceEntry(symbol: u32, length: u32): u32 {
  if (symbol >= distanceSymbols) return isInvalidDistance;
  const extra = symbol < 2 ? 0 : (symbol >> 1) - 1;
  const base = symbol < 2 ? symbol + 1 : ((2 + (symbol & 1)) << extra) + 1;
  return (base << 16) | ((63 - extra) << 8) | (length + extra);
}
