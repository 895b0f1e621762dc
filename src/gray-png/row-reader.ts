/** An image in parts from top to bottom, each of whole rows without padding. */
export type Bands = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Some rows, or a part of each. */
interface RowParts {
  y: number;
  rows: number;
  /** The offset in the row, and how many bytes follow it. */
  from: number;
  bytes: number;
}

/** Reads rows while they arrive. */
export interface RowReader {
  /** Waits for the rows before `end`. Those before `start` will not be read again. */
  receive(start: number, end: number): Promise<void>;
  /** Copies without gaps. */
  copy(parts: RowParts, heap: Uint8Array, into: number): void;
  /** Waits for the end, where the source may still report an error. */
  finish(): Promise<void>;
  /** Stops the source, because no more rows are needed. */
  close(): Promise<void>;
}

interface Band {
  y: number;
  rows: number;
  bytes: Uint8Array;
}

/** `release` is called with each part that is no longer needed, unless reading ends early. */
export function createRowReader(
  bands: Bands,
  rowBytes: number,
  release?: (band: Uint8Array) => void,
): RowReader {
  const source = iteratorOf(bands);
  let held: Band[] = [];
  let received = 0;

  function copyFrom({ y, bytes }: Band, parts: RowParts, heap: Uint8Array, into: number): void {
    const start = (parts.y - y) * rowBytes + parts.from;
    if (parts.bytes === rowBytes) {
      heap.set(bytes.subarray(start, start + parts.rows * rowBytes), into);
      return;
    }
    for (let row = 0; row < parts.rows; row++) {
      const at = start + row * rowBytes;
      heap.set(bytes.subarray(at, at + parts.bytes), into + row * parts.bytes);
    }
  }

  return {
    async receive(start, end) {
      const isOver = ({ y, rows }: Band) => y + rows <= start;
      for (const { bytes } of held.filter(isOver)) release?.(bytes);
      held = held.filter((band) => !isOver(band));
      while (received < end) {
        const { value, done } = await source.next();
        if (done) throw new RangeError(`Expected ${end} rows but received ${received}`);
        const rows = value.length / rowBytes;
        held.push({ y: received, rows, bytes: value });
        received += rows;
      }
    },
    copy(parts, heap, into) {
      const end = parts.y + parts.rows;
      for (const band of held) {
        const y = Math.max(parts.y, band.y);
        const rows = Math.min(end, band.y + band.rows) - y;
        if (rows <= 0) continue;
        copyFrom(band, { ...parts, y, rows }, heap, into + (y - parts.y) * parts.bytes);
      }
    },
    async finish() {
      for (const { bytes } of held) release?.(bytes);
      held = [];
      const { done } = await source.next();
      if (!done) throw new RangeError(`Expected ${received} rows but received more`);
    },
    async close() {
      await source.return?.();
    },
  };
}

function iteratorOf(bands: Bands): Iterator<Uint8Array> | AsyncIterator<Uint8Array> {
  return Symbol.asyncIterator in bands ? bands[Symbol.asyncIterator]() : bands[Symbol.iterator]();
}
