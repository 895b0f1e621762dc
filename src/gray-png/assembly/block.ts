// Blocks of deflate, each in the form that takes the fewest bits: RFC 1951, 3.2.3. A block is made of
// segments: of one where there are many literals, of more where there are few.

import { addToAdler } from './adler';
import { alignBits, putBits, putBytes } from './bits';
import { makeBlockCodes, putEnd, putLiterals, putMatches, scratchOfBody } from './body';
import { prepareHeader, putHeader } from './header';
import { segmentBytes } from './layout';
import {
  findSequences,
  fixedDistanceBits,
  fixedLength,
  fixedSymbols,
  planCodes,
  useFixedCodes,
} from './plan';
import {
  copyBytes,
  copyCount,
  copyDistance,
  copyStart,
  counts,
  distanceCounts,
  distanceSymbols,
  extraBits,
  literalSymbols,
  maxCopies,
} from './sequences';

const stored = 0;
const fixedCodes = 1;
const dynamicCodes = 2;

/** A block with so many literals and copies is written. */
const fullBlock = 16384;

/** Literals of the block without gaps. */
const literals: usize = scratchOfBody;
/** Literals before it (32 bits), bytes and distance (16 bits each) of each copy of the block. */
const copies: usize = literals + fullBlock + segmentBytes + 1;
const blockCounts: usize = (copies + 8 * (fullBlock + maxCopies) + 15) & ~15;
const blockDistanceCounts: usize = blockCounts + 4 * 288;
export const scratchOfBlock: usize = blockDistanceCounts + 4 * 32;

let blockLiterals: i32 = 0;
let blockCopies: i32 = 0;
let blockExtraBits: i32 = 0;
/** The bytes of the block, while they are in memory in one piece; 0 otherwise. */
let blockStart: usize = 0;
let blockBytes: i32 = 0;
/** The body’s bits, if the code lengths of the segment are those of the block; 0 otherwise. */
let plannedBits: i32 = 0;

export function beginBlock(): void {
  memory.fill(blockCounts, 0, 4 * 288);
  memory.fill(blockDistanceCounts, 0, 4 * 32);
  blockLiterals = 0;
  blockCopies = 0;
  blockExtraBits = 0;
  blockBytes = 0;
}

/** Adds at most `segmentBytes` to the block, and writes it when it is full. */
export function addSegment(start: usize, bytes: i32, isLast: bool): void {
  addToAdler(start, bytes);
  const isFirst = blockBytes == 0;
  const segmentBits = findSequences(start, bytes);
  blockStart = isFirst ? start : 0;
  plannedBits = isFirst ? segmentBits : 0;
  blockBytes += bytes;
  appendSequences(start, start + bytes);
  if (isLast || blockLiterals + blockCopies >= fullBlock) putBlock(isLast);
}

function appendSequences(start: usize, end: usize): void {
  let from = start;
  for (let i = 0; i < copyCount; i++) {
    appendLiterals(from, copyStart(i));
    from = copyStart(i) + copyBytes(i);
    const copy = copies + 8 * blockCopies++;
    store<u32>(copy, blockLiterals);
    store<u16>(copy, <u16>copyBytes(i), 4);
    store<u16>(copy, <u16>copyDistance(i), 6);
  }
  appendLiterals(from, end);
  addAll(blockCounts, counts, literalSymbols);
  addAll(blockDistanceCounts, distanceCounts, distanceSymbols);
  blockExtraBits += extraBits;
}

function appendLiterals(from: usize, until: usize): void {
  memory.copy(literals + blockLiterals, from, until - from);
  blockLiterals += <i32>(until - from);
}

function addAll(into: usize, from: usize, symbols: i32): void {
  for (let i = 0; i < 4 * symbols; i += 4) {
    store<u32>(into + i, load<u32>(into + i) + load<u32>(from + i));
  }
}

function putBlock(isLast: bool): void {
  const body =
    plannedBits > 0 ? plannedBits : planCodes(blockCounts, blockDistanceCounts, blockExtraBits);
  const dynamic = prepareHeader() + body;
  const storedBits = blockStart > 0 ? 7 + 32 + 8 * blockBytes : i32.MAX_VALUE;
  // In larger blocks, dynamic codes save more than their lengths take.
  const fixed = blockLiterals + blockCopies < 1024 ? fixedBits() : i32.MAX_VALUE;
  putBits(isLast ? 1 : 0, 1);
  if (storedBits <= min(dynamic, fixed)) putStored(blockStart, blockBytes);
  else if (fixed < dynamic) putFixed();
  else putDynamic();
  beginBlock();
}

function fixedBits(): i32 {
  let bits = blockExtraBits;
  for (let symbol = 0; symbol < literalSymbols; symbol++) {
    bits += load<u32>(blockCounts + 4 * symbol) * fixedLength(symbol);
  }
  for (let symbol = 0; symbol < distanceSymbols; symbol++) {
    bits += load<u32>(blockDistanceCounts + 4 * symbol) * fixedDistanceBits;
  }
  return bits;
}

function putStored(start: usize, bytes: i32): void {
  putBits(stored, 2);
  alignBits();
  putBits(bytes, 16);
  putBits(~bytes & 0xffff, 16);
  putBytes(start, bytes);
}

function putDynamic(): void {
  putBits(dynamicCodes, 2);
  putHeader();
  putBody(literalSymbols);
}

function putFixed(): void {
  putBits(fixedCodes, 2);
  useFixedCodes();
  putBody(fixedSymbols);
}

function putBody(symbols: i32): void {
  makeBlockCodes(symbols);
  let from: usize = 0;
  for (let i = 0; i < blockCopies; i++) {
    const copy = copies + 8 * i;
    const until: usize = load<u32>(copy);
    putLiterals(literals + from, literals + until);
    putMatches(load<u16>(copy, 4), load<u16>(copy, 6));
    from = until;
  }
  putLiterals(literals + from, literals + blockLiterals);
  putEnd();
}
