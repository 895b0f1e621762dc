// Runs of one byte, as copies at distance 1: all that a photograph repeats.

import { addCopy, beginSequences, endSequences } from './sequences';

/** Runs are found on a grid, so that the search costs next to nothing where there are none. */
const grid = 16;

/** Finds the runs of a block. */
export function findRuns(start: usize, bytes: i32): void {
  beginSequences(start);
  const end = start + bytes;
  let searched = start;
  let at = start + grid;
  while (at + grid <= end) {
    if (!isRun(at)) {
      at += grid;
      continue;
    }
    // The byte before a run is a literal, for the first match to copy.
    const value = load<u8>(at);
    let from = at;
    while (from > searched + 1 && load<u8>(from - 2) == value) from--;
    const until = endOfRun(at + grid, end, value);
    addCopy(from, <i32>(until - from), 1);
    searched = until;
    at += (until - at + grid - 1) & ~(grid - 1);
  }
  endSequences(end);
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
