// Where the same four bytes have been before: hash chains over the window that copies may refer to.

import { scratchOfHeader } from './header';
import { windowBytes } from './layout';

const hashBits = 15;

/** The position of the last bytes with a hash, in 32 bits. */
const heads: usize = (scratchOfHeader + 15) & ~15;
/** For each position in the window, how far back the previous one with the same hash is; or 0. */
const links: usize = heads + (4 << hashBits);
export const scratchOfPlaces: usize = links + 2 * windowBytes;

/** The first byte that may be copied. */
export let oldest: usize = 0;
/** Position minus address of a byte; grows when the bytes move to lower addresses. */
let ahead: u32 = 0;
/** All places below are in the table. */
let inserted: usize = 0;
let isTableOfStream: bool = false;

/** The bytes from `start` on may be copied. */
export function setStream(start: usize): void {
  oldest = start;
  isTableOfStream = false;
}

/** The bytes have moved to addresses lower by `bytes`; those from `start` on may still be copied. */
export function moveStream(bytes: i32, start: usize): void {
  oldest = start;
  ahead += bytes;
  inserted -= bytes;
}

/** Prepares the table for a search from `start` on: it has the places before, and no others. */
export function prepareTable(start: usize): void {
  // In a second attempt at the segment, its places must not be found before they are reached.
  if (!isTableOfStream || inserted > start) clearTable();
  inserted = max(inserted, max(oldest, start - windowBytes));
  insertAll(inserted, start);
}

function clearTable(): void {
  memory.fill(heads, 0, 4 << hashBits);
  // No position may be within a window of 0, which marks an empty place.
  ahead = 2 * windowBytes;
  inserted = oldest;
  isTableOfStream = true;
}

export function insertAll(from: usize, until: usize): void {
  for (; from < until; from++) insert(from);
}

export function insert(at: usize): void {
  if (at < inserted || isInRun(at)) return;
  const position = <u32>at + ahead;
  const head = heads + 4 * hashOf(at);
  const distance = position - load<u32>(head);
  store<u16>(links + 2 * (position & (windowBytes - 1)), distance > <u32>windowBytes ? 0 : distance);
  store<u32>(head, position);
  inserted = at + 1;
}

/** The table has, or needs, nothing below `at`. */
export function endTable(at: usize): void {
  inserted = max(inserted, at);
}

/** Distance to the nearest place with the same hash; more than the window if there is none. */
// @ts-ignore: decorator
@inline
export function nearestPlace(at: usize): u32 {
  return <u32>at + ahead - load<u32>(heads + 4 * hashOf(at));
}

/** Distance from that place to the next one; 0 if there is none. */
// @ts-ignore: decorator
@inline
export function nextPlace(at: usize, distance: u32): u32 {
  return load<u16>(links + 2 * ((<u32>at + ahead - distance) & (windowBytes - 1)));
}

/** Whether these four bytes are equal to the byte before. */
// @ts-ignore: decorator
@inline
export function isInRun(at: usize): bool {
  return at > oldest && load<u32>(at) == load<u32>(at - 1);
}

/** By multiplication: D. Knuth, The Art of Computer Programming, volume 3, 6.4. */
// @ts-ignore: decorator
@inline
function hashOf(at: usize): u32 {
  return (load<u32>(at) * 0x9e3779b1) >> (32 - hashBits);
}
