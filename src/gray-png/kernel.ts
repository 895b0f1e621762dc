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
  /** Clears the memory of a tile. */
  clearGray(): void;
  /** Converts contiguous pixels to gray rows; returns 0 if a pixel expected to be opaque is not. */
  grayRows(
    kind: number,
    rows: number,
    pixels: number,
    ...to: [from: number, into: number, stride: number]
  ): number;
  /** Filters rows with one PNG filter or, for -1, with the best one for each row. */
  putRows(
    first: number,
    rows: number,
    bytes: number,
    ...how: [stride: number, step: number, filter: number, into: number]
  ): void;
}

/** Maps colours by tables: see assembly/tables.ts. */
export interface TableKernel {
  /** 32-bit parts of the 256 values of red, then green, then blue. */
  readonly parts: number;
  /** 65,537 levels of 16 bits; 256 marks an uncertain one. */
  readonly levels: number;
  /** Where the sums of each level end: 256 words. */
  readonly borders: number;
  /** The uncertain pixels of the last call: up to `maxListed` words. */
  readonly listed: number;
  readonly maxListed: number;
  /** Maps at most `maxListed` pixels in place; lists the uncertain ones and returns their number. */
  mapColours(from: number, pixels: number, channels: number): number;
  /** The same from `source` to `gray`. */
  mapGray(pixels: number, channels: number): number;
  /** From `source` to `gray` by the largest channel, or the mean of it and the smallest. */
  mapExtremes(pixels: number, channels: number, isMean: boolean): void;
}

/** A kernel that also compresses. */
export interface Kernel extends RowKernel, TableKernel {
  readonly output: number;
  begin(): void;
  /** Filters consecutive rows as suits them best. */
  filterRows(
    first: number,
    rows: number,
    bytes: number,
    ...how: [stride: number, step: number]
  ): void;
  /** Filters the next part of a row. */
  filterOn(row: number, above: number, bytes: number, step: number): void;
  /** Compresses the filtered rows; returns the bytes of complete blocks in `output`. */
  deflate(): number;
  /** Compresses the rest; returns its bytes. */
  finish(): number;
  /** Signed Adler-32 of the compressed input. */
  adler(): number;
}
