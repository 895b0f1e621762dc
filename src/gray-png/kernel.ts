/**
 * Processes rows of pixels in its own heap, which never grows. All positions are addresses in the
 * heap; assembly/layout.ts describes its areas.
 */
export interface RowKernel {
  readonly heap: Uint8Array;
  readonly source: number;
  readonly gray: number;
  readonly filtered: number;
  /** Memory for a tile: its rows, the row above them and their margins. */
  readonly tileBytes: number;
  /** Space before a row for the left neighbours of its first pixels. */
  readonly margin: number;
  begin(): void;
  /** Clears the memory of a tile. */
  clearGray(): void;
  /** Converts contiguous pixels to gray rows; returns 0 if a pixel expected to be opaque is not. */
  grayRows(
    kind: number,
    rows: number,
    pixels: number,
    ...to: [from: number, into: number, stride: number]
  ): number;
  /** Filters consecutive rows with a PNG filter or, for -1, with the best one for each row. */
  filterRows(
    first: number,
    rows: number,
    bytes: number,
    ...how: [stride: number, step: number, filter: number]
  ): void;
  /** Filters the next part of a row. */
  filterOn(row: number, above: number, bytes: number, step: number): void;
  /** Returns the number of filtered bytes since the last call. */
  takeFiltered(): number;
}

/** A row kernel with its own deflate. */
export interface Kernel extends RowKernel {
  readonly output: number;
  /** Returns the bytes of complete blocks in `output`. */
  deflate(): number;
  /** Returns the bytes of the remaining data. */
  finish(): number;
  /** Counts 16-byte words that occurred before; looks up the word at every eighth byte. */
  countRepeats(start: number, bytes: number): number;
  /** Of those words, the ones with 16 equal bytes, which do not count as repeated. */
  flatWords(): number;
  /** Signed Adler-32 of the compressed input. */
  adler(): number;
}
