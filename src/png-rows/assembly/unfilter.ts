// The filters of PNG: https://www.w3.org/TR/png-3/#9Filter-types

import { rows, strip } from './layout';
import { averageRow, paethRow, subRow } from './left-filters';

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
  for (let y = 0; y < count; y++) {
    const filter = <i32>load<u8>(from);
    if (filter == 0) memory.copy(into, from + 1, rowBytes);
    else if (filter == 1) subRow(from + 1, into, rowBytes, pixelStep);
    else if (filter == 2) upRow(from + 1, into, rowBytes);
    else if (filter == 3) averageRow(from + 1, into, rowBytes, pixelStep);
    else if (filter == 4) paethRow(from + 1, into, rowBytes, pixelStep);
    else return false;
    from += rowBytes + 1;
    into += rowBytes;
  }
  // For the next strip.
  memory.copy(rows - rowBytes, into - rowBytes, rowBytes);
  return true;
}

function upRow(from: usize, into: usize, bytes: i32): void {
  const end = into + bytes;
  for (; into < end; from += 16, into += 16) {
    v128.store(into, i8x16.add(v128.load(from), v128.load(into - bytes)));
  }
}
