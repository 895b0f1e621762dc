// The filters of PNG: https://www.w3.org/TR/png-3/#9Filter-types

import { rows, strip } from './layout';
import { averageRow, subRow } from './left-filters';
import { paethGroup, paethRow, paethRows } from './paeth';

const paethFilter = 4;

let rowBytes: i32 = 0;
let pixelStep: i32 = 0;

/** `step` is the distance of a sample to that of its left neighbour in bytes: 1, 2, 3, 4, 6 or 8. */
export function beginRows(bytes: i32, step: i32): void {
  rowBytes = bytes;
  pixelStep = step;
  // The row above the first one.
  memory.fill(rows - bytes, 0, bytes);
}

/** Removes the filters of the rows in the strip. Returns false if a filter is unknown. */
export function unfilterRows(count: i32): bool {
  let from = strip;
  let into = rows;
  for (let left = count; left > 0; ) {
    const filter = <i32>load<u8>(from);
    const together = paethGroup(countPaeth(from, min(left, 4)), rowBytes, pixelStep);
    if (together > 1) paethRows(from + 1, into, rowBytes, pixelStep, together);
    else if (!unfilterRow(filter, from + 1, into)) return false;
    from += together * (rowBytes + 1);
    into += together * rowBytes;
    left -= together;
  }
  // For the next strip.
  memory.copy(rows - rowBytes, into - rowBytes, rowBytes);
  return true;
}

function unfilterRow(filter: i32, from: usize, into: usize): bool {
  if (filter == 0) memory.copy(into, from, rowBytes);
  else if (filter == 1) subRow(from, into, rowBytes, pixelStep);
  else if (filter == 2) upRow(from, into, rowBytes);
  else if (filter == 3) averageRow(from, into, rowBytes, pixelStep);
  else if (filter == paethFilter) paethRow(from, into, rowBytes, pixelStep);
  else return false;
  return true;
}

/** How many of the next rows have Paeth’s filter, up to the first that has not. */
function countPaeth(from: usize, limit: i32): i32 {
  let count = 0;
  while (count < limit && load<u8>(from + count * (rowBytes + 1)) == paethFilter) count++;
  return count;
}

function upRow(from: usize, into: usize, bytes: i32): void {
  const end = into + bytes;
  for (; into < end; from += 16, into += 16) {
    v128.store(into, i8x16.add(v128.load(from), v128.load(into - bytes)));
  }
}
