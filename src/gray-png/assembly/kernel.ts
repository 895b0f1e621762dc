// The functions that the TypeScript code calls. See README.md one folder up.

import { adler, resetAdler } from './adler';
import { alignBits, bitsAt, moveBits, startBits } from './bits';
import { addSegment, beginBlock } from './block';
import { chooseFilter, filterRow, none } from './filter';
import * as layout from './layout';
import { setRowDistance } from './matches';
import { moveStream, setStream } from './places';
import { mayTakeFewerBits, takesFewerBits } from './plan';
import { beginRepeats, inspectedBytes } from './repeats';
import { grayRows } from './rows';
import * as tables from './tables';

export const source: usize = layout.source;
export const gray: usize = layout.gray;
export const filtered: usize = layout.filtered;
export const output: usize = layout.output;
export const tileBytes: i32 = layout.tileBytes;
export const margin: i32 = layout.margin;
export const parts: usize = tables.parts;
export const levels: usize = tables.levels;
export const borders: usize = tables.borders;
export const listed: usize = tables.listed;
export const maxListed: i32 = tables.maxListed;

/** Instead of a filter’s number: the best one for the row. */
const best = -1;

/** At most so many tiles are not inspected after several that do not repeat. */
const maxSkippedTiles = 2;

/** Filtered bytes that have not been compressed. */
let waiting: i32 = 0;
/** The number of compressed bytes before them that matches may refer to. */
let history: i32 = 0;
/** The same for the two candidates of a tile. */
let tileHistory: i32 = 0;
/** Tiles that keep their filters without being inspected. */
let tilesToSkip: i32 = 0;
let inspectedInVain: i32 = 0;
let lastFilter: i32 = none;

export { adler, chooseFilter, filterRow, grayRows };
export { mapExtremes } from './extremes';
export { mapColours, mapGray } from './tables';

export function begin(): void {
  resetAdler();
  startBits(output);
  beginRepeats();
  beginBlock();
  waiting = 0;
  history = 0;
  tileHistory = 0;
  tilesToSkip = 0;
  inspectedInVain = 0;
  setStream(filtered);
  clearGray();
}

/** Fills the rows, and what is above and to the left of them, with zeros. */
export function clearGray(): void {
  memory.fill(gray, 0, layout.tileBytes);
}

/**
 * Filters consecutive rows that are `stride` apart, below the row before the first one. Text and
 * drawings repeat more without filters, which mix each glyph with its neighbours: where that
 * takes fewer bits, no row is filtered.
 */
export function filterRows(first: usize, rows: i32, bytes: i32, stride: i32, step: i32): void {
  setRowDistance(bytes < layout.windowBytes ? bytes + 1 : 0);
  const size = rows * (bytes + 1);
  const into = filtered + waiting;
  lastFilter = putRows(first, rows, bytes, stride, step, best, into);
  waiting += size;
  if (tilesToSkip > 0 || !mayNeedNoFilters(first, rows, bytes, stride, step, into)) {
    if (tilesToSkip > 0) tilesToSkip--;
    else tilesToSkip = min(maxSkippedTiles, inspectedInVain++);
    tileHistory = 0;
    return;
  }
  inspectedInVain = 0;
  putRows(first, rows, bytes, stride, step, none, layout.plain);
  memory.copy(layout.best, into, size);
  if (takesFewerBits(layout.plain, layout.best, size, tileHistory)) {
    lastFilter = none;
    memory.copy(into, layout.plain, size);
  }
  setStream(filtered - history);
  tileHistory = min(tileHistory + size, layout.windowBytes);
  keepEnd(layout.plain, size, tileHistory);
  keepEnd(layout.best, size, tileHistory);
}

/** Whether a tile may take fewer bits without filters, judged by some rows in its middle. */
function mayNeedNoFilters(first: usize, rows: i32, bytes: i32, stride: i32, step: i32, into: usize): bool {
  const inspected = min(rows, inspectedBytes / (bytes + 1) + 1);
  const skipped = (rows - inspected) >> 1;
  putRows(first + skipped * stride, inspected, bytes, stride, step, none, layout.plain);
  return mayTakeFewerBits(layout.plain, into + skipped * (bytes + 1), inspected * (bytes + 1));
}

/** Moves the end of a tile to where the next one finds it. */
function keepEnd(tile: usize, size: i32, history: i32): void {
  memory.copy(tile - history, tile + size - history, history);
}

/** Writes rows, each after its filter; returns the filter of the last one. */
export function putRows(
  first: usize,
  rows: i32,
  bytes: i32,
  stride: i32,
  step: i32,
  filter: i32,
  into: usize,
): i32 {
  let chosen = filter;
  for (let y = 0, row = first; y < rows; y++, row += stride, into += bytes + 1) {
    if (filter == best) chosen = chooseFilter(row, row - stride, bytes, step);
    store<u8>(into, <u8>chosen);
    filterRow(chosen, row, row - stride, into + 1, bytes, step);
  }
  return chosen;
}

/** Filters the next part of a row like its first part. */
export function filterOn(row: usize, above: usize, bytes: i32, step: i32): void {
  filterRow(lastFilter, row, above, filtered + waiting, bytes, step);
  waiting += bytes;
}

/** Compresses the filtered rows except for the last segment; returns the number of bytes. */
export function deflate(): i32 {
  moveBits(output);
  let from = filtered;
  for (; waiting > layout.segmentBytes; waiting -= layout.segmentBytes) {
    addSegment(from, layout.segmentBytes, false);
    from += layout.segmentBytes;
  }
  const moved = <i32>(from - filtered);
  history = min(history + moved, layout.windowBytes);
  memory.copy(filtered - history, from - history, history + waiting);
  moveStream(moved, filtered - history);
  return <i32>(bitsAt() - output);
}

/** Compresses the rest; returns the number of bytes. */
export function finish(): i32 {
  moveBits(output);
  addSegment(filtered, waiting, true);
  alignBits();
  waiting = 0;
  return <i32>(bitsAt() - output);
}

/** The end of the last buffer, for a test of the layout. */
export function endOfMemory(): usize {
  return tables.scratchOfTables;
}
