// Runs of one byte, which become matches at distance 1: RFC 1951, 3.2.5.

import { blockBytes } from './layout';
import { scratchOfCodeLengths } from './code-lengths';

/** Found on a grid of this, so that looking costs next to nothing where there are none. */
const grid = 16;
const mostRuns = blockBytes / grid;

const firstLengthSymbol = 257;
const shortestMatch = 3;
const longestMatch = 258;

/** Start and bytes of each, 32 bits both. */
const runs: usize = (scratchOfCodeLengths + 15) & ~15;
/** Four counts for each byte value, so that equal bytes in a row need not wait for each other. */
const histogram: usize = runs + 8 * (mostRuns + 1);
/** Of all symbols for literals and lengths. */
export const counts: usize = histogram + 4 * 4 * 256;
export const literalSymbols: i32 = 286;
export const scratchOfRuns: usize = counts + 4 * 288;

let found: i32 = 0;
/** Pieces that the runs are written in, and bits that say the rest of their lengths. */
let pieces: i32 = 0;
let restBits: i32 = 0;

export function runCount(): i32 {
  return found;
}

export function runStart(run: i32): usize {
  return load<u32>(runs + 8 * run);
}

export function runBytes(run: i32): i32 {
  return load<u32>(runs + 8 * run, 4);
}

export function matchCount(): i32 {
  return pieces;
}

export function matchRestBits(): i32 {
  return restBits;
}

/** Finds the runs of a block, and counts what it will be written with. */
export function findRuns(start: usize, bytes: i32): void {
  memory.fill(histogram, 0, 4 * 4 * 256);
  memory.fill(counts, 0, 4 * 288);
  found = 0;
  pieces = 0;
  restBits = 0;
  const end = start + bytes;
  let counted = start;
  let at = start + grid;
  while (at + grid <= end) {
    if (!isRun(at)) {
      at += grid;
      continue;
    }
    // The byte before a run is a literal, for the first match to repeat.
    const value = load<u8>(at);
    let from = at;
    while (from > counted + 1 && load<u8>(from - 2) == value) from--;
    const until = endOfRun(at + grid, end, value);
    countLiterals(counted, from);
    addRun(from, <i32>(until - from));
    counted = until;
    at += (until - at + grid - 1) & ~(grid - 1);
  }
  countLiterals(counted, end);
  for (let value = 0; value < 256; value++) {
    const sums = v128.load(histogram + 16 * value);
    const sum = i32x4.add(sums, v128.shuffle<u32>(sums, sums, 2, 3, 0, 1));
    store<u32>(counts + 4 * value, i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1));
  }
}

/** Whether all bytes of a grid cell are equal to the one before. */
// @ts-ignore: decorator
@inline
function isRun(at: usize): bool {
  return i8x16.all_true(i8x16.eq(v128.load(at), v128.load(at - 1)));
}

function endOfRun(from: usize, end: usize, value: u8): usize {
  let at = from;
  while (at + grid <= end && isRun(at)) at += grid;
  while (at < end && load<u8>(at) == value) at++;
  return at;
}

function addRun(from: usize, bytes: i32): void {
  store<u32>(runs + 8 * found, <u32>from);
  store<u32>(runs + 8 * found, bytes, 4);
  found++;
  for (let left = bytes; left > 0; ) {
    const length = nextMatch(left);
    const symbol = lengthSymbol(length);
    store<u32>(counts + 4 * symbol, load<u32>(counts + 4 * symbol) + 1);
    restBits += lengthRestBits(length);
    pieces++;
    left -= length;
  }
}

/** The length of the next match of a run: never so long that what is left is too short for one. */
export function nextMatch(left: i32): i32 {
  if (left <= longestMatch) return left;
  return left - longestMatch < shortestMatch ? left - shortestMatch : longestMatch;
}

/** Lengths from 3 on: 8 with a symbol each, then four symbols for each power of two; 258 by itself. */
export function lengthSymbol(length: i32): i32 {
  if (length == longestMatch) return firstLengthSymbol + 28;
  const bits = lengthRestBits(length);
  return firstLengthSymbol + 4 * bits + ((length - shortestMatch) >> bits);
}

export function lengthRestBits(length: i32): i32 {
  if (length == longestMatch) return 0;
  return max(0, 29 - clz(length - shortestMatch));
}

export function lengthRest(length: i32): i32 {
  return (length - shortestMatch) & ((1 << lengthRestBits(length)) - 1);
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
