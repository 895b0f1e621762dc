import type { RowKernel } from '../../src/gray-png/kernel.ts';
import { bestFilter, filterRow } from './plain-filters.ts';
import { grayRow } from './plain-gray-row.ts';

const tileBytes = 0x20000;
const margin = 16;

/** The kernel's work on rows in plain JavaScript, as the reference for the kernel. */
export function createPlainKernel(): RowKernel {
  const [source, gray, filtered] = [0, 4 * tileBytes, 5 * tileBytes];
  const heap = new Uint8Array(6 * tileBytes);

  return {
    heap,
    source,
    gray,
    filtered,
    tileBytes,
    margin,
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
    putRows(first, rows, bytes, stride, step, filter, into) {
      for (let y = 0; y < rows; y++) {
        const row = first + y * stride;
        const at = { row, above: row - stride, bytes, step };
        const chosen = filter === -1 ? bestFilter(heap, at) : filter;
        const start = into + y * (bytes + 1);
        heap[start] = chosen;
        filterRow(heap, chosen, { ...at, into: start + 1 });
      }
    },
  };
}
