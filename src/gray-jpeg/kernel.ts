/**
 * Reads the entropy-coded data of JPEG scans in its own heap. All positions are addresses in the
 * heap; assembly/layout.ts describes its areas.
 */
export interface JpegKernel {
  readonly memory: WebAssembly.Memory;
  /** Where a part of the file is written. */
  readonly source: number;
  readonly sourceBytes: number;
  /** How often each symbol occurs, as 32 bits: 256 of DC, then 256 of AC. */
  readonly counts: number;
  /** Their codes for writing: the length in the lowest 5 bits. */
  readonly codes: number;
  /** For each coefficient of a turned block: where it goes, and whether its sign changes. */
  readonly moves: number;
  /** How many blocks have each chroma from 0 to 255, as 32 bits. */
  readonly chromaCounts: number;
  /** Where written data are. */
  readonly output: number;
  /** The first address of what grows with the image. */
  readonly heapStart: number;

  /** Where the 16 numbers of codes and then the symbols of a Huffman table are written. */
  definitionAt(slot: number): number;
  /** Prepares a table whose values have at most `maxSize` bits; see assembly/table.ts. */
  defineTable(slot: number, kind: number, maxSize: number, isDefined: boolean): void;
  beginScan(coding: number, mcusAcross: number): void;
  /** The coefficients that the scan has, in zigzag order, and their lowest bit. */
  setBand(first: number, last: number, lowBit: number, precision: number): void;
  /** Adds a component, whose tables are in the slots 2 i and 2 i + 1; see assembly/scan.ts. */
  addPart(
    across: number,
    down: number,
    storedAcross: number,
    ...kept: [marks: number, coefficients: number, keepsAll: boolean]
  ): void;

  /** Adds a component of the frame whose samples are stored. */
  addSamples(
    across: number,
    down: number,
    component: number,
    ...rows: [at: number, stride: number]
  ): void;

  beginInterval(mcu: number): void;
  /** Decodes up to `count` MCUs and returns how many it did. */
  decode(count: number): number;
  /** Why {@link decode} stopped; see assembly/symbols.ts. */
  problemOfScan(): number;
  /** Adds data up to the next marker; returns the bytes that were used. */
  feed(from: number, bytes: number, isLast: number): number;
  isStreamComplete(): number;
  /** Inspects what follows the last MCU, and then what is fed. */
  beginRest(): void;
  skipRest(): void;
  extraBytes(): number;
  isExtraZero(): number;
  isLastBytePadded(): number;

  /** Sets the factor of a component’s coefficient `k` in zigzag order. */
  setFactor(component: number, k: number, factor: number): void;
  /** Stores the samples of blocks whose coefficients are kept, from left to right. */
  transformKept(
    component: number,
    marks: number,
    coefficients: number,
    count: number,
    ...rows: [at: number, stride: number]
  ): void;
  /** Begins an image whose pixels are written to `output`; see assembly/rows.ts. */
  beginRows(width: number, channels: number, luma: number, stride: number, output: number): void;
  /** Sets where chroma is, its size, whether luma has twice of it, and memory for larger rows. */
  setChroma(
    blue: number,
    red: number,
    stride: number,
    ...shape: [columns: number, rows: number, isWide: boolean, isTall: boolean, scratch: number]
  ): void;
  /** Writes rows of pixels from samples, whose first row is `top`. */
  putRows(first: number, end: number, top: number): void;
  /** Keeps the last row of a strip for the next one. */
  keepLastRows(rows: number): void;

  /** Sets the DC quantizers of chroma, whose blocks are counted in scans of three components. */
  setChromaFactors(blue: number, red: number): void;
  clearChromaCounts(): void;
  clearCounts(): void;
  /** Counts the AC symbols of sequential blocks that are kept, instead of storing the values. */
  setCounting(isOn: number): void;
  countDcOfBlocks(start: number, count: number): void;
  /** Whether a counted value is larger than a baseline file can have. */
  hasValueOutOfRange(): number;
  /** Begins a pass over blocks whose coefficients are kept. */
  beginBlocks(marks: number, coefficients: number, isTurned: number): void;
  countBlocks(start: number, step: number, count: number): void;
  /** Writes blocks until the output is full; returns how many. */
  writeBlocks(start: number, step: number, count: number): number;
  /** The same for a row whose symbols are kept. */
  writeSymbols(start: number, step: number, count: number): number;
  /** Returns the bytes in the output, which the next ones replace. */
  takeOutput(): number;
  finishOutput(): void;
}

/** The heap, whose buffer changes when it grows. */
export function heapOf({ memory }: JpegKernel): Uint8Array {
  return new Uint8Array(memory.buffer);
}

const pageBytes = 2 ** 16;

/** Clears the heap from `start` to `end`, which grows if it has to. */
export function clearHeap(kernel: JpegKernel, start: number, end: number): void {
  const { byteLength } = kernel.memory.buffer;
  growHeap(kernel, end);
  // New memory is clear.
  heapOf(kernel).fill(0, start, Math.min(end, byteLength));
}

/** Grows the heap unless it has an address. Throws `RangeError` if there is no memory left. */
export function growHeap(kernel: JpegKernel, end: number): void {
  const missing = end - kernel.memory.buffer.byteLength;
  if (missing > 0) kernel.memory.grow(Math.ceil(missing / pageBytes));
}
