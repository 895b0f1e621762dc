// Copies of earlier bytes: LZ77 with hash chains and a lazy choice. J. Ziv, A. Lempel, "A Universal
// Algorithm for Sequential Data Compression", IEEE Transactions on Information Theory 23 (3), 1977.

import { copyBits, literalBits, sumCosts } from './costs';
import { windowBytes } from './layout';
import {
  endTable,
  insert,
  insertAll,
  isInRun,
  nearestPlace,
  nextPlace,
  oldest,
  prepareTable,
} from './places';
import { addCopy, beginSequences, endSequences, longestMatch, shortestCopy } from './sequences';

/**
 * How many earlier places with the same hash are compared. The first search of a segment finds
 * whether copies are worth it, and the costs for the second; in skies it is the only one.
 */
const firstCompared = 4;
const maxCompared = 32;
/** A copy of this many bytes is taken without looking for a better one. */
const longEnough = longestMatch;
const firstLongEnough = 24;
/** Below this size, the search is always made, and never given up. */
export const smallBytes: i32 = 16384;
/** The share of a segment’s bits after which the search may be given up, as a divisor. */
const trialShare = 8;
/** The share of all bits that a search must save, as a divisor. */
export const worthwhile: i32 = 30;
/** Bytes from one row to the next, which is where the pixels above are. */
let rowDistance: i32 = 0;

let bestBytes: i32 = 0;
let bestDistance: i32 = 0;
/** The bits that the best copy saves. */
let bestSaved: i32 = 0;
let lastDistance: i32 = 0;
/** How many places this search compares. */
let compareLimit: i32 = 0;
/** Shorter copies are compared to those that start later. */
let takeLimit: i32 = 0;

export function setRowDistance(bytes: i32): void {
  rowDistance = bytes;
}

/**
 * Finds the copies of a segment that save bits, given the code lengths of the previous attempt at
 * it. If it `mayGiveUp`, returns false if the beginning has nearly none. The first search is quick.
 */
export function findMatches(start: usize, bytes: i32, mayGiveUp: bool, isFirst: bool = false): bool {
  const end = start + bytes;
  compareLimit = isFirst ? firstCompared : maxCompared;
  takeLimit = isFirst ? firstLongEnough : longEnough;
  sumCosts(start, bytes);
  beginSequences(start);
  prepareTable(start);
  lastDistance = max(1, rowDistance);
  let saved = 0;
  const allBits = literalBits(0, bytes);
  let trialBits = mayGiveUp && bytes >= smallBytes ? allBits / trialShare : allBits;
  for (let at = start; at + shortestCopy <= end; ) {
    const bits = literalBits(0, <i32>(at - start));
    if (bits > trialBits) {
      if (saved * worthwhile < bits) return false;
      trialBits = i32.MAX_VALUE;
    }
    findBest(start, at, end);
    if (bestSaved <= 0) {
      insert(at++);
      continue;
    }
    at = betterStart(start, at, end);
    const until = at + bestBytes;
    addCopy(at, bestBytes, bestDistance);
    if (bestDistance > 1) saved += bestSaved;
    lastDistance = bestDistance;
    // A run's places are not in the table, except for its end.
    const first = bestDistance == 1 ? max(at, until - shortestCopy) : at;
    insertAll(first, min(until, end - shortestCopy + 1));
    at = until;
  }
  endTable(end - shortestCopy + 1);
  endSequences(end);
  return true;
}

/** Skips bytes as long as the next one starts a better copy. */
function betterStart(start: usize, at: usize, end: usize): usize {
  while (bestBytes < takeLimit && at + 1 + shortestCopy <= end) {
    const bytes = bestBytes;
    const distance = bestDistance;
    const saved = bestSaved;
    insert(at);
    findBest(start, at + 1, end);
    if (bestSaved <= saved) {
      bestBytes = bytes;
      bestDistance = distance;
      bestSaved = saved;
      return at;
    }
    at++;
  }
  return at;
}

function findBest(start: usize, at: usize, end: usize): void {
  bestBytes = 0;
  bestSaved = 0;
  if (at > oldest) consider(start, at, end, 1);
  if (!isInRun(at)) considerChain(start, at, end, at);
  if (isRun(at)) {
    // Of a run, places are found by what follows it.
    const last = lastOfRun(at, end);
    if (last + shortestCopy <= end) considerChain(start, at, end, last);
  }
  if (rowDistance > 0 && at >= oldest + rowDistance) consider(start, at, end, rowDistance);
  if (lastDistance != rowDistance && at >= oldest + lastDistance) {
    consider(start, at, end, lastDistance);
  }
}

/** Considers the places where the bytes from `key` on have been before, the nearest first. */
function considerChain(start: usize, at: usize, end: usize, key: usize): void {
  let distance = nearestPlace(key);
  for (let compared = 0; compared < compareLimit && distance <= <u32>windowBytes; compared++) {
    if (at < oldest + distance || bestBytes >= longEnough) return;
    consider(start, at, end, distance);
    const link = nextPlace(key, distance);
    if (link == 0) return;
    distance += link;
  }
}

function consider(start: usize, at: usize, end: usize, distance: i32): void {
  const from = at - distance;
  if (load<u32>(from) != load<u32>(at)) return;
  if (bestBytes > 0 && load<u8>(from + bestBytes - 1) != load<u8>(at + bestBytes - 1)) return;
  const room = <i32>(end - at);
  // A longer run is one copy; of other copies, each match may have a nearer source than the last.
  const bytes = equalBytes(from, at, distance == 1 ? room : min(room, longestMatch));
  if (bytes < bestBytes) return;
  const saved = literalBits(at - start, bytes) - copyBits(bytes, distance);
  if (saved <= bestSaved) return;
  bestBytes = bytes;
  bestDistance = distance;
  bestSaved = saved;
}

/** Of at least four bytes that are known to be equal. */
function equalBytes(a: usize, b: usize, limit: i32): i32 {
  let bytes = 4;
  for (; bytes + 8 <= limit; bytes += 8) {
    const difference = load<u64>(a + bytes) ^ load<u64>(b + bytes);
    if (difference != 0) return bytes + <i32>(ctz(difference) >> 3);
  }
  while (bytes < limit && load<u8>(a + bytes) == load<u8>(b + bytes)) bytes++;
  return bytes;
}

/** Whether these four bytes are equal. */
// @ts-ignore: decorator
@inline
function isRun(at: usize): bool {
  const four = load<u32>(at);
  return four == rotl(four, 8);
}

function lastOfRun(at: usize, end: usize): usize {
  const value = load<u8>(at);
  const until = min(end, at + longestMatch);
  let last = at + shortestCopy - 1;
  while (last + 1 < until && load<u8>(last + 1) == value) last++;
  return last;
}

