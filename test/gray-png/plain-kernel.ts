import type { RowKernel } from '../../src/gray-png/kernel.ts';
import { bestFilter, filterNumbers, filterRow } from './plain-filters.ts';
import { grayRow } from './plain-gray-row.ts';

const tileBytes = 0x20000;
const margin = 16;

/** The kernel's work on rows in plain JavaScript, as the reference for the kernel. */
export function createPlainKernel(): RowKernel {
  const [source, gray, filtered] = [0, 4 * tileBytes, 5 * tileBytes];
  const heap = new Uint8Array(6 * tileBytes);
  let waiting = 0;
  let last: number = filterNumbers.none;

  function filterOn(row: number, above: number, bytes: number, step: number): void {
    filterRow(heap, last, { row, above, into: filtered + waiting, bytes, step });
    waiting += bytes;
  }

  return {
    heap,
    source,
    gray,
    filtered,
    tileBytes,
    margin,
    begin() {
      waiting = 0;
      heap.fill(0, gray, filtered);
    },
    clearGray() {
      heap.fill(0, gray, filtered);
    },
    grayRows(kind, rows, pixels, from, into, stride) {
      let isOpaque = true;
      for (let y = 0, at = from; y < rows; y++) {
        const done = grayRow(heap, kind, { from: at, into: into + y * stride, pixels });
        isOpaque &&= done.isOpaque;
        at = done.next;
      }
      return isOpaque ? 1 : 0;
    },
    filterRows(first, rows, bytes, stride, step, filter) {
      for (let y = 0, row = first; y < rows; y++, row += stride) {
        const above = row - stride;
        last = filter === -1 ? bestFilter(heap, { row, above, bytes, step }) : filter;
        heap[filtered + waiting++] = last;
        filterOn(row, above, bytes, step);
      }
    },
    filterOn,
    takeFiltered() {
      const taken = waiting;
      waiting = 0;
      return taken;
    },
  };
}
