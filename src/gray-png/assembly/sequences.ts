// What a segment consists of: literals, and matches, which copy earlier bytes. RFC 1951, 3.2.5.

import { scratchOfCodeLengths } from './code-lengths';
import { segmentBytes } from './layout';

const firstLengthSymbol = 257;
const shortestMatch = 3;
export const longestMatch: i32 = 258;
export const literalSymbols: i32 = 286;
export const distanceSymbols: i32 = 30;

/** Fewer bytes than this are never copied. */
export const shortestCopy: i32 = 4;
export const maxCopies: i32 = segmentBytes / shortestCopy + 1;

/** Start, bytes and distance of each copy, 32 bits each. A copy is written as one match or several. */
const copies: usize = (scratchOfCodeLengths + 15) & ~15;
/** Four counts for each byte value, so that equal bytes in a row do not wait for each other. */
const histogram: usize = copies + 12 * (maxCopies + 1);
/** How often each symbol occurs. */
export const counts: usize = histogram + 4 * 4 * 256;
export const distanceCounts: usize = counts + 4 * 288;
export const scratchOfSequences: usize = distanceCounts + 4 * 32;

export let copyCount: i32 = 0;
/** The bits after the symbols of all matches. */
export let extraBits: i32 = 0;
let counted: usize = 0;

/** Begins the segment at `start`. */
export function beginSequences(start: usize): void {
  memory.fill(histogram, 0, 4 * 4 * 256);
  memory.fill(counts, 0, 4 * 288);
  memory.fill(distanceCounts, 0, 4 * 32);
  copyCount = 0;
  extraBits = 0;
  counted = start;
}

/** Adds a copy from `distance` bytes before `start`; everything since the last one is literal. */
export function addCopy(start: usize, bytes: i32, distance: i32): void {
  countLiterals(counted, start);
  counted = start + bytes;
  const copy = copies + 12 * copyCount++;
  store<u32>(copy, <u32>start);
  store<u32>(copy, bytes, 4);
  store<u32>(copy, distance, 8);
  const ofDistance = distanceSymbol(distance);
  for (let left = bytes; left > 0; ) {
    const length = nextMatch(left);
    increment(counts, lengthSymbol(length));
    increment(distanceCounts, ofDistance);
    extraBits += lengthExtraBits(length) + distanceExtraBits(ofDistance);
    left -= length;
  }
}

/** Ends the segment: `counts` and `distanceCounts` are complete. */
export function endSequences(end: usize): void {
  countLiterals(counted, end);
  for (let value = 0; value < 256; value++) {
    const sums = v128.load(histogram + 16 * value);
    const sum = i32x4.add(sums, v128.shuffle<u32>(sums, sums, 2, 3, 0, 1));
    store<u32>(counts + 4 * value, i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1));
  }
}

export function copyStart(copy: i32): usize {
  return load<u32>(copies + 12 * copy);
}

export function copyBytes(copy: i32): i32 {
  return load<u32>(copies + 12 * copy, 4);
}

export function copyDistance(copy: i32): i32 {
  return load<u32>(copies + 12 * copy, 8);
}

/** The length of the next match of a copy; never leaves too few bytes for another match. */
export function nextMatch(left: i32): i32 {
  if (left <= longestMatch) return left;
  return left - longestMatch < shortestMatch ? left - shortestMatch : longestMatch;
}

/** Lengths from 3: 8 with a symbol each, then four symbols per power of two; 258 has its own. */
export function lengthSymbol(length: i32): i32 {
  if (length == longestMatch) return firstLengthSymbol + 28;
  const bits = lengthExtraBits(length);
  return firstLengthSymbol + 4 * bits + ((length - shortestMatch) >> bits);
}

export function lengthExtraBits(length: i32): i32 {
  if (length == longestMatch) return 0;
  return max(0, 29 - clz(length - shortestMatch));
}

export function lengthExtra(length: i32): i32 {
  return (length - shortestMatch) & ((1 << lengthExtraBits(length)) - 1);
}

/** Distances from 1: 4 with a symbol each, then two symbols per power of two. */
export function distanceSymbol(distance: i32): i32 {
  const before = distance - 1;
  if (before < 4) return before;
  const bits = 30 - clz(before);
  return 2 * bits + (before >> bits);
}

export function distanceExtraBits(symbol: i32): i32 {
  return max(0, (symbol >> 1) - 1);
}

export function distanceExtra(distance: i32, bits: i32): i32 {
  return (distance - 1) & ((1 << bits) - 1);
}

function countLiterals(from: usize, end: usize): void {
  for (; from + 8 <= end; from += 8) {
    const eight = load<u64>(from);
    count(eight & 255, 0);
    count((eight >> 8) & 255, 4);
    count((eight >> 16) & 255, 8);
    count((eight >> 24) & 255, 12);
    count((eight >> 32) & 255, 0);
    count((eight >> 40) & 255, 4);
    count((eight >> 48) & 255, 8);
    count(eight >> 56, 12);
  }
  for (; from < end; from++) count(load<u8>(from), 0);
}

// @ts-ignore: decorator
@inline
function count(value: u64, column: usize): void {
  const at = histogram + 16 * <usize>value + column;
  store<u32>(at, load<u32>(at) + 1);
}

// @ts-ignore: decorator
@inline
function increment(table: usize, symbol: i32): void {
  store<u32>(table + 4 * symbol, load<u32>(table + 4 * symbol) + 1);
}
