// What the TypeScript around it calls. docs: README.md one folder up.

import { adler, resetAdler } from './adler';
import { alignBits, bitsAt, moveBits, startBits } from './bits';
import { putBlock } from './block';
import { chooseFilter, filterRow, none } from './filter';
import * as layout from './layout';
import { countRepeats, endOfScratch, flatWords } from './repeats';
import { grayRows } from './rows';

export const source: usize = layout.source;
export const gray: usize = layout.gray;
export const filtered: usize = layout.filtered;
export const output: usize = layout.output;
export const tileBytes: i32 = layout.tileBytes;
export const margin: i32 = layout.margin;

/** Instead of a filter's number: the one that suits the row. */
const best = -1;

/** Filtered bytes that no block holds yet. */
let waiting: i32 = 0;
let lastFilter: i32 = none;

export { adler, chooseFilter, countRepeats, filterRow, flatWords, grayRows };

export function begin(): void {
  resetAdler();
  startBits(output);
  waiting = 0;
  clearGray();
}

/** So that nothing is left of a row, and of the one above, but zeros. */
export function clearGray(): void {
  memory.fill(gray, 0, layout.tileBytes);
}

/**
 * Filters rows that are `stride` apart, the row above the first one included; each as suits it best,
 * or by the one filter that is given.
 */
export function filterRows(
  first: usize,
  rows: i32,
  bytes: i32,
  stride: i32,
  step: i32,
  filter: i32,
): void {
  for (let y = 0, row = first; y < rows; y++, row += stride) {
    lastFilter = filter == best ? chooseFilter(row, row - stride, bytes, step) : filter;
    store<u8>(filtered + waiting, <u8>lastFilter);
    waiting++;
    filterOn(row, row - stride, bytes, step);
  }
}

/** Filters the next part of a row, as its first part was. */
export function filterOn(row: usize, above: usize, bytes: i32, step: i32): void {
  filterRow(lastFilter, row, above, filtered + waiting, bytes, step);
  waiting += bytes;
}

/** How many filtered bytes there are, which are then for another encoder. */
export function takeFiltered(): i32 {
  const taken = waiting;
  waiting = 0;
  return taken;
}

/** Compresses what has been filtered, all but the last block; returns how many bytes there are. */
export function deflate(): i32 {
  moveBits(output);
  let from = filtered;
  for (; waiting > layout.blockBytes; waiting -= layout.blockBytes) {
    putBlock(from, layout.blockBytes, false);
    from += layout.blockBytes;
  }
  memory.copy(filtered, from, waiting);
  return <i32>(bitsAt() - output);
}

/** Compresses the rest; returns how many bytes there are. */
export function finish(): i32 {
  moveBits(output);
  putBlock(filtered, waiting, true);
  alignBits();
  waiting = 0;
  return <i32>(bitsAt() - output);
}

/** For a test of the layout: where the last of all buffers ends. */
export function endOfMemory(): usize {
  return endOfScratch;
}
