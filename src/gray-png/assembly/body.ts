// The literals and copies of a block as codes: RFC 1951, 3.2.5.

import { bitsAt, bitsPending, bitsPendingCount, putBits, setBits } from './bits';
import { makeCodes } from './codes';
import { distanceLengths, lengths } from './header';
import { endOfBlock } from './plan';
import { scratchOfRepeats } from './repeats';
import {
  distanceExtra,
  distanceExtraBits,
  distanceSymbol,
  distanceSymbols,
  lengthExtra,
  lengthExtraBits,
  lengthSymbol,
  nextMatch,
} from './sequences';

const codes: usize = (scratchOfRepeats + 15) & ~15;
const distanceCodes: usize = codes + 4 * 288;
export const scratchOfBody: usize = distanceCodes + 4 * 32;

export function makeBlockCodes(symbols: i32): void {
  makeCodes(lengths, symbols, codes);
  makeCodes(distanceLengths, distanceSymbols, distanceCodes);
}

export function putEnd(): void {
  putCode(codes, endOfBlock);
}

export function putMatches(bytes: i32, distance: i32): void {
  const ofDistance = distanceSymbol(distance);
  const extraBits = distanceExtraBits(ofDistance);
  const extra = distanceExtra(distance, extraBits);
  for (let left = bytes; left > 0; ) {
    const length = nextMatch(left);
    putCode(codes, lengthSymbol(length));
    putBits(lengthExtra(length), lengthExtraBits(length));
    putCode(distanceCodes, ofDistance);
    putBits(extra, extraBits);
    left -= length;
  }
}

function putCode(codes: usize, symbol: i32): void {
  const code = load<u32>(codes + 4 * symbol);
  putBits(code & 0xffff, code >> 16);
}

/** Four at a time: two pairs are joined, and then one word is written. */
export function putLiterals(from: usize, end: usize): void {
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
  for (; from < end; from++) putCode(codes, load<u8>(from));
}

// @ts-ignore: decorator
@inline
function codeOf(literal: u32): u64 {
  return load<u32>(codes + 4 * literal);
}
