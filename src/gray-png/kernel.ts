/**
 * What works on rows of pixels in a heap of its own, which never grows. All places are addresses in
 * the heap; assembly/layout.ts says what they are for.
 */
export interface RowKernel {
  readonly heap: Uint8Array;
  readonly source: number;
  readonly gray: number;
  readonly filtered: number;
  /** Room for a tile: its rows, the row above them and their margins. */
  readonly tileBytes: number;
  /** Room before a row, for what its first pixels have to their left. */
  readonly margin: number;
  begin(): void;
  /** Makes the room for a tile zeros. */
  clearGray(): void;
  /** Pixels without gaps to gray rows; 0 where one was not opaque that should be. */
  grayRows(
    kind: number,
    rows: number,
    pixels: number,
    ...to: [from: number, into: number, stride: number]
  ): number;
  /** Filters rows, one behind the other, by a filter of PNG or, with -1, by the best for each. */
  filterRows(
    first: number,
    rows: number,
    bytes: number,
    ...how: [stride: number, step: number, filter: number]
  ): void;
  /** Filters the next part of a row. */
  filterOn(row: number, above: number, bytes: number, step: number): void;
  /** How many filtered bytes there are since it was asked last. */
  takeFiltered(): number;
}

/** The same, and a deflate of its own. */
export interface Kernel extends RowKernel {
  readonly output: number;
  /** Bytes of whole blocks that are in `output`. */
  deflate(): number;
  /** Bytes of the rest. */
  finish(): number;
  /** How many words of 16 bytes were there before; every eighth is looked up. */
  countRepeats(start: number, bytes: number): number;
  /** Of those words, the ones of one byte throughout, which do not count as repeated. */
  flatWords(): number;
  /** Adler-32 of what was compressed, signed. */
  adler(): number;
}
