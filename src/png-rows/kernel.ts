/**
 * Inflates the data of a PNG and removes the filters of its rows in its own heap, which never grows.
 * All positions are addresses in the heap; assembly/layout.ts describes its areas.
 */
export interface PngKernel {
  readonly memory: WebAssembly.Memory;
  /** Where compressed data must end. */
  readonly sourceEnd: number;
  /** Rows without filters. */
  readonly rows: number;
  /** Expanded rows. */
  readonly pixels: number;
  /** Entries of four bytes. */
  readonly palette: number;
  /** Rows of this size together are decoded at a time, or a single row. */
  readonly stripBytes: number;
  /** The longest row as stored, with its filter. */
  readonly maxRowBytes: number;
  /** The size of the expanded rows. */
  readonly pixelBytes: number;

  beginInflate(): void;
  /** Returns where the next compressed bytes are written. */
  makeRoom(): number;
  /** Adds the compressed bytes before `end`. */
  addSource(end: number, isLast: boolean): void;
  /** Inflates a strip; returns a status. */
  inflateStrip(bytes: number): number;
  nextStrip(bytes: number): void;
  /** Checks that the data end after the last strip; returns a status. */
  finishInflate(): number;

  /** `step` is the number of bytes from a sample to the same one of the next pixel. */
  beginRows(rowBytes: number, step: number): void;
  /** Removes the filters of the rows in the strip; returns 0 if one is unknown. */
  unfilterRows(count: number): number;

  swapSamples(bytes: number): undefined;
  expandGrayAlpha(pixels: number): undefined;
  expandDeepGrayAlpha(pixels: number): undefined;
  /** Gray of 1, 2 or 4 bits. */
  expandGrays(width: number, rows: number, depth: number): undefined;
  /** Returns 0 if an index is beyond the palette. */
  expandIndices(
    width: number,
    rows: number,
    ...how: [depth: number, channels: number, entries: number]
  ): number;
}

/** What the functions that inflate return. */
export const inflateStatus = { needsSource: 0, isFull: 1, hasEnded: 2, isInvalid: 3 } as const;
