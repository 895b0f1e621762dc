import { corrupt } from './file-decoder.ts';

/** Reads values in sequence. Reading past the end throws `CORRUPT_IMAGE`. */
export interface ByteReader {
  position(): number;
  skip(count: number): void;
  uint8(): number;
  uint16(): number;
  int16(): number;
  uint32(): number;
  int32(): number;
  /** Values above 2^53 are rounded; no file is that large. */
  uint64(): number;
  take(count: number): Uint8Array;
}

interface ReaderOptions {
  byteOrder: 'big endian' | 'little endian';
  at?: number;
  /** Names the data in the error message if it is missing. */
  what?: string;
}

export function byteReader(
  bytes: Uint8Array,
  { byteOrder, at = 0, what = 'header' }: ReaderOptions,
): ByteReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLittle = byteOrder === 'little endian';
  let next = at;

  function advance(count: number): number {
    checkRange(bytes, { at: next, count, what });
    next += count;
    return next - count;
  }

  return {
    position: () => next,
    skip: (count) => void advance(count),
    uint8: () => view.getUint8(advance(1)),
    uint16: () => view.getUint16(advance(2), isLittle),
    int16: () => view.getInt16(advance(2), isLittle),
    uint32: () => view.getUint32(advance(4), isLittle),
    int32: () => view.getInt32(advance(4), isLittle),
    uint64: () => Number(view.getBigUint64(advance(8), isLittle)),
    take(count) {
      const start = advance(count);
      return bytes.subarray(start, start + count);
    },
  };
}

interface Range {
  at: number;
  count: number;
  what: string;
}

/** Returns the bytes of a range. Throws `CORRUPT_IMAGE` if the file ends before it does. */
export function bytesAt(bytes: Uint8Array, range: Range): Uint8Array {
  checkRange(bytes, range);
  return bytes.subarray(range.at, range.at + range.count);
}

/** Throws `CORRUPT_IMAGE` if the file ends before the range does. */
export function checkRange(bytes: Uint8Array, { at, count, what }: Range): void {
  if (at + count <= bytes.length) return;
  throw corrupt(
    `Expected ${count} bytes of ${what} at byte ${at} but the file ends after ${bytes.length}.`,
  );
}
