// The header of a block with dynamic codes: the lengths of its codes, which are themselves coded. RFC
// 1951, 3.2.7.

import { putBits } from './bits';
import { findCodeLengths } from './code-lengths';
import { makeCodes } from './codes';
import { distanceSymbols, literalSymbols, scratchOfSequences } from './sequences';

const lengthSymbols = 19;
const longestLengthCode = 7;
const repeatLast: u8 = 16;
const repeatZero: u8 = 17;
const repeatZeroLong: u8 = 18;

/** The order in which the lengths of the codes for lengths are written, rare ones last. */
const order: usize = memory.data<u8>([
  16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
]);

/** Code lengths of literals and match lengths, and of distances. */
export const lengths: usize = (scratchOfSequences + 15) & ~15;
export const distanceLengths: usize = lengths + 288;
/** The lengths that are written, without those of unused symbols at the end. */
const written: usize = distanceLengths + 32;
/** Those lengths as symbols, each with its extra bits. */
const tokens: usize = written + 320;
const tokenCounts: usize = tokens + 2 * 320;
const tokenLengths: usize = tokenCounts + 4 * lengthSymbols + 4;
const tokenCodes: usize = tokenLengths + 32;
export const scratchOfHeader: usize = tokenCodes + 4 * lengthSymbols;

let literals: i32 = 0;
let distances: i32 = 0;
let tokenCount: i32 = 0;
let tokenLengthsWritten: i32 = 0;

/** Prepares the header for `lengths` and `distanceLengths`; returns its bits. */
export function prepareHeader(): i32 {
  literals = literalSymbols;
  while (load<u8>(lengths + literals - 1) == 0) literals--;
  distances = distanceSymbols;
  // At least one is written, with a code, even if there is none.
  while (distances > 1 && load<u8>(distanceLengths + distances - 1) == 0) distances--;
  memory.copy(written, lengths, literals);
  memory.copy(written + literals, distanceLengths, distances);
  if (distances == 1) store<u8>(written + literals, 1);
  findTokens(literals + distances);
  findCodeLengths(tokenCounts, lengthSymbols, longestLengthCode, tokenLengths);
  makeCodes(tokenLengths, lengthSymbols, tokenCodes);
  tokenLengthsWritten = lengthSymbols;
  while (load<u8>(tokenLengths + load<u8>(order + tokenLengthsWritten - 1)) == 0) {
    tokenLengthsWritten--;
  }
  let bits = 5 + 5 + 4 + 3 * tokenLengthsWritten;
  for (let symbol = 0; symbol < lengthSymbols; symbol++) {
    const each = <i32>load<u8>(tokenLengths + symbol) + repeatBits(symbol);
    bits += each * load<u32>(tokenCounts + 4 * symbol);
  }
  return bits;
}

export function putHeader(): void {
  putBits(literals - 257, 5);
  putBits(distances - 1, 5);
  putBits(tokenLengthsWritten - 4, 4);
  for (let i = 0; i < tokenLengthsWritten; i++) {
    putBits(load<u8>(tokenLengths + load<u8>(order + i)), 3);
  }
  for (let i = 0; i < tokenCount; i++) {
    const symbol = load<u8>(tokens + 2 * i);
    const code = load<u32>(tokenCodes + 4 * symbol);
    putBits(code & 0xffff, code >> 16);
    putBits(load<u8>(tokens + 2 * i, 1), repeatBits(symbol));
  }
}

function findTokens(count: i32): void {
  tokenCount = 0;
  memory.fill(tokenCounts, 0, 4 * lengthSymbols);
  for (let i = 0; i < count; ) {
    const length = load<u8>(written + i);
    let equal = 1;
    while (i + equal < count && load<u8>(written + i + equal) == length) equal++;
    i += equal;
    if (length > 0) {
      addToken(length, 0);
      equal--;
    }
    while (equal >= 3) equal -= length > 0 ? addRepeat(equal) : addZeros(equal);
    for (; equal > 0; equal--) addToken(length, 0);
  }
}

/** Returns the number of lengths that the token represents. */
function addRepeat(equal: i32): i32 {
  const times = min(equal, 6);
  addToken(repeatLast, times - 3);
  return times;
}

function addZeros(equal: i32): i32 {
  const times = min(equal, 138);
  if (times < 11) addToken(repeatZero, times - 3);
  else addToken(repeatZeroLong, times - 11);
  return times;
}

function addToken(symbol: u8, rest: i32): void {
  store<u8>(tokens + 2 * tokenCount, symbol);
  store<u8>(tokens + 2 * tokenCount, <u8>rest, 1);
  tokenCount++;
  const count = tokenCounts + 4 * symbol;
  store<u32>(count, load<u32>(count) + 1);
}

function repeatBits(symbol: i32): i32 {
  if (symbol == repeatLast) return 2;
  if (symbol == repeatZero) return 3;
  return symbol == repeatZeroLong ? 7 : 0;
}
