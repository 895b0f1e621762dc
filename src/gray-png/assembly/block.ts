// Blocks of deflate, each in the form that takes the fewest bits: RFC 1951, 3.2.3. A block is made of
// segments: of one where there are many literals, of more where there are few.

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
import { distanceLengths, lengths, prepareHeader, putHeader } from './header';
import { segmentBytes } from './layout';
import { findMatches, setStream } from './matches';
import { inspectedBytes, isWorthSearching, reportSearch, roughBits, scratchOfRepeats } from './repeats';
import { findRuns } from './runs';
import {
  copyBytes,
  copyCount,
  copyDistance,
  copyStart,
  counts,
  distanceCounts,
  distanceExtra,
  distanceExtraBits,
  distanceSymbol,
  distanceSymbols,
  extraBits,
  lengthExtra,
  lengthExtraBits,
  lengthSymbol,
  literalSymbols,
  maxCopies,
  nextMatch,
} from './sequences';

const stored = 0;
const fixedCodes = 1;
const dynamicCodes = 2;

const endOfBlock = 256;
/** Four codes and seven pending bits must fit into 64 bits; the format would allow 15. */
const longestCode = 14;
/** Two more than are ever used. */
const fixedSymbols = 288;
/** Data for which fixed codes are more likely than dynamic ones. */
const fewBytes = 2048;
const fixedDistanceBits: u8 = 5;
/** A block with so many literals and copies is written. */
const fullBlock = 16384;

const codes: usize = (scratchOfRepeats + 15) & ~15;
const distanceCodes: usize = codes + 4 * 288;
/** Literals of the block without gaps. */
const literals: usize = distanceCodes + 4 * 32;
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

/**
 * Finds what the segment is made of: runs, or all matches if they save bits. Returns its bits.
 */
function findSequences(start: usize, bytes: i32): i32 {
  findRuns(start, bytes);
  const withRuns = planSegment();
  if (!isWorthSearching(start, bytes, lengths, withRuns)) return withRuns;
  // Few bytes are written with fixed codes.
  if (bytes < fewBytes) useFixedCodes();
  let withMatches = findMatches(start, bytes, true, true) ? planSegment() : i32.MAX_VALUE;
  if (reportSearch(bytes, withRuns, withMatches)) {
    // Again, now that the costs of copies are known.
    findMatches(start, bytes, false);
    withMatches = planSegment();
  }
  if (withMatches < withRuns) return withMatches;
  findRuns(start, bytes);
  return planSegment();
}

/**
 * Whether bytes take fewer bits than the same number of others, each after as many bytes of
 * `history`. At most a segment of them is searched, and only quickly. Sets the stream.
 */
export function takesFewerBits(these: usize, others: usize, bytes: i32, history: i32): bool {
  const searched = min(bytes, segmentBytes);
  return estimateBits(these, searched, history) < estimateBits(others, searched, history);
}

/** Whether rows without filters may take fewer bits than the same rows with them. */
export function mayTakeFewerBits(plain: usize, filtered: usize, bytes: i32): bool {
  findRuns(filtered, bytes);
  planSegment();
  const withFilters = roughBits(filtered, bytes, lengths);
  const withoutFilters = roughBits(plain, bytes, 0);
  return withoutFilters < min(6 * bytes, withFilters + withFilters / 2);
}

function estimateBits(start: usize, bytes: i32, history: i32): i32 {
  setStream(start - history);
  findRuns(start, bytes);
  const withRuns = planSegment();
  return findMatches(start, bytes, true, true) ? min(withRuns, planSegment()) : withRuns;
}

/** The bits of the segment without a header, which it may share with others. */
function planSegment(): i32 {
  return planCodes(counts, distanceCounts, extraBits);
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

/** Finds the code lengths for counts; returns the bits of all symbols. */
function planCodes(counts: usize, distanceCounts: usize, extraBits: i32): i32 {
  store<u32>(counts + 4 * endOfBlock, 1);
  findCodeLengths(counts, literalSymbols, longestCode, lengths);
  findCodeLengths(distanceCounts, distanceSymbols, longestCode, distanceLengths);
  return (
    extraBits +
    bitsOf(counts, lengths, literalSymbols) +
    bitsOf(distanceCounts, distanceLengths, distanceSymbols)
  );
}

function bitsOf(counts: usize, lengths: usize, symbols: i32): i32 {
  let bits = 0;
  for (let symbol = 0; symbol < symbols; symbol++) {
    bits += load<u32>(counts + 4 * symbol) * load<u8>(lengths + symbol);
  }
  return bits;
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

function useFixedCodes(): void {
  for (let i = 0; i < fixedSymbols; i++) store<u8>(lengths + i, fixedLength(i));
  memory.fill(distanceLengths, fixedDistanceBits, distanceSymbols);
}

/** RFC 1951, 3.2.6. */
function fixedLength(symbol: i32): u8 {
  if (symbol < 144 || symbol >= 280) return 8;
  return symbol < 256 ? 9 : 7;
}

function putBody(symbols: i32): void {
  makeCodes(lengths, symbols, codes);
  makeCodes(distanceLengths, distanceSymbols, distanceCodes);
  let from: usize = 0;
  for (let i = 0; i < blockCopies; i++) {
    const copy = copies + 8 * i;
    const until: usize = load<u32>(copy);
    putLiterals(literals + from, literals + until);
    putMatches(load<u16>(copy, 4), load<u16>(copy, 6));
    from = until;
  }
  putLiterals(literals + from, literals + blockLiterals);
  putCode(codes, endOfBlock);
}

function putMatches(bytes: i32, distance: i32): void {
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
  for (; from < end; from++) putCode(codes, load<u8>(from));
}

// @ts-ignore: decorator
@inline
function codeOf(literal: u32): u64 {
  return load<u32>(codes + 4 * literal);
}
