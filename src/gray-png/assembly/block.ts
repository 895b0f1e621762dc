// One block of deflate, in the way that takes the fewest bits: RFC 1951, 3.2.3.

import { addToAdler } from './adler';
import {
  alignBits,
  bitsAt,
  bitsPending,
  bitsPendingCount,
  putBits,
  putBytes,
  setBits,
} from './bits';
import { findCodeLengths } from './code-lengths';
import { makeCodes } from './codes';
import { lengths, prepareHeader, putHeader, scratchOfHeader } from './header';
import {
  counts,
  findRuns,
  lengthRest,
  lengthRestBits,
  lengthSymbol,
  literalSymbols,
  matchCount,
  matchRestBits,
  nextMatch,
  runBytes,
  runCount,
  runStart,
} from './runs';

const stored = 0;
const fixedCodes = 1;
const ownCodes = 2;

const endOfBlock = 256;
/** Four codes and seven bits that wait must fit into 64 bits; the format would allow 15. */
const longestCode = 14;

const codes: usize = (scratchOfHeader + 15) & ~15;
export const endOfBlockScratch: usize = codes + 4 * 288;

/** At most `blockBytes`; returns nothing, but the bits are put. */
export function putBlock(start: usize, bytes: i32, isLast: bool): void {
  addToAdler(start, bytes);
  findRuns(start, bytes);
  store<u32>(counts + 4 * endOfBlock, 1);
  findCodeLengths(counts, literalSymbols, longestCode, lengths);
  const own = prepareHeader() + bodyBits() + matchCount();
  const storedBits = 7 + 32 + 8 * bytes;
  // Codes of its own cannot pay where even their lengths take more than all else.
  const fixed = bytes < 1024 ? fixedBits() : i32.MAX_VALUE;
  putBits(isLast ? 1 : 0, 1);
  if (storedBits <= min(own, fixed)) putStored(start, bytes);
  else if (fixed < own) putFixed(start, bytes);
  else putOwn(start, bytes);
}

function putStored(start: usize, bytes: i32): void {
  putBits(stored, 2);
  alignBits();
  putBits(bytes, 16);
  putBits(~bytes & 0xffff, 16);
  putBytes(start, bytes);
}

function putOwn(start: usize, bytes: i32): void {
  putBits(ownCodes, 2);
  putHeader();
  makeCodes(lengths, literalSymbols, codes);
  putBody(start, start + bytes, 1);
}

function putFixed(start: usize, bytes: i32): void {
  putBits(fixedCodes, 2);
  for (let symbol = 0; symbol < 288; symbol++) store<u8>(lengths + symbol, fixedLength(symbol));
  makeCodes(lengths, 288, codes);
  putBody(start, start + bytes, 5);
}

/** RFC 1951, 3.2.6. */
function fixedLength(symbol: i32): u8 {
  if (symbol < 144 || symbol >= 280) return 8;
  return symbol < 256 ? 9 : 7;
}

function bodyBits(): i32 {
  let bits = matchRestBits();
  for (let symbol = 0; symbol < literalSymbols; symbol++) {
    bits += load<u32>(counts + 4 * symbol) * load<u8>(lengths + symbol);
  }
  return bits;
}

function fixedBits(): i32 {
  let bits = matchRestBits() + 5 * matchCount();
  for (let symbol = 0; symbol < literalSymbols; symbol++) {
    bits += load<u32>(counts + 4 * symbol) * fixedLength(symbol);
  }
  return bits;
}

/** The code for distance 1 is all zeros, whatever its length. */
function putBody(start: usize, end: usize, distanceBits: i32): void {
  let from = start;
  for (let run = 0; run < runCount(); run++) {
    putLiterals(from, runStart(run));
    putMatches(runBytes(run), distanceBits);
    from = runStart(run) + runBytes(run);
  }
  putLiterals(from, end);
  putSymbol(endOfBlock);
}

function putMatches(bytes: i32, distanceBits: i32): void {
  for (let left = bytes; left > 0; ) {
    const length = nextMatch(left);
    putSymbol(lengthSymbol(length));
    putBits(lengthRest(length), lengthRestBits(length));
    putBits(0, distanceBits);
    left -= length;
  }
}

function putSymbol(symbol: i32): void {
  const code = load<u32>(codes + 4 * symbol);
  putBits(code & 0xffff, code >> 16);
}

/** Four at once: two pairs are joined, and then one word is written. */
function putLiterals(from: usize, end: usize): void {
  let bits = bitsPending();
  let count = <u64>bitsPendingCount();
  let at = bitsAt();
  for (; from + 4 <= end; from += 4) {
    const four = load<u32>(from);
    const a = codeOf(four & 255);
    const b = codeOf((four >> 8) & 255);
    const c = codeOf((four >> 16) & 255);
    const d = codeOf(four >> 24);
    const ab = (a & 0xffff) | ((b & 0xffff) << (a >> 16));
    const cd = (c & 0xffff) | ((d & 0xffff) << (c >> 16));
    const abBits = (a >> 16) + (b >> 16);
    bits |= (ab | (cd << abBits)) << count;
    count += abBits + (c >> 16) + (d >> 16);
    store<u64>(at, bits);
    at += <usize>(count >> 3);
    bits >>= count & 56;
    count &= 7;
  }
  setBits(bits, <i32>count, at);
  for (; from < end; from++) putSymbol(load<u8>(from));
}

// @ts-ignore: decorator
@inline
function codeOf(literal: u32): u64 {
  return load<u32>(codes + 4 * literal);
}
