import { allocateBlocks } from './allocate-blocks.ts';
import type { ScanResult } from './decode-scan.ts';
import { fileEnd, fileStart } from './gray-file.ts';
import { bestTable, codesOf } from './huffman-codes.ts';
import type { JpegComponent, JpegFrame } from './jpeg-frame.ts';
import { heapOf, type JpegKernel } from './kernel.ts';
import { withKernel } from './kernels.ts';
import { type JpegScans, type ReadOptions, readScans } from './read-scans.ts';
import type { HuffmanDefinition } from './tables.ts';
import { type Turn, turnedQuantizer, walkOf, writeMoves } from './turn.ts';

export interface KeepLumaOptions {
  maxPixels: number;
  /** Called between parts of the data with the size of the output so far; may throw, and may wait. */
  onProgress(sizeBytes: number): void | Promise<void>;
  /** Turns the image; see `canTurn`. All coefficients are then in memory. */
  turn?: Turn | undefined;
  /** Whole segments that follow the start of the file, for example APP0. */
  segments?: readonly Uint8Array[];
}

export interface LumaResult extends JpegScans {
  /** Undefined if the source is damaged or has no frame that can be read; `scans` says where. */
  bytes: Uint8Array | undefined;
  /**
   * How many MCUs have each chroma from 0 to 255: the largest minus the smallest of red, green and blue
   * in the mean of a block. Absent unless all components begin in one scan.
   */
  chromaCounts?: Uint32Array;
  /** Why the luma of a whole file cannot be written as a baseline JPEG. */
  reason?: string;
}

/**
 * Writes the first component of a JPEG, its luma, as a separate JPEG, with the same coefficients and
 * the same quantization table. It must have all samples: see {@link hasWholeLuma}. The output is a
 * baseline file, or an extended one if the quantization table has 16 bits, with optimal Huffman tables.
 * Throws only what `onProgress` throws.
 */
export async function keepLuma(bytes: Uint8Array, options: KeepLumaOptions): Promise<LumaResult> {
  return await withKernel((kernel) => keepWith(kernel, bytes, options));
}

async function keepWith(
  kernel: JpegKernel,
  bytes: Uint8Array,
  { maxPixels, turn, segments = [], ...options }: KeepLumaOptions,
): Promise<LumaResult> {
  const output: Output = { sizeBytes: 0, parts: [] };
  const onProgress = () => options.onProgress(output.sizeBytes);
  const read = (each: EachRow, isCounting = false) => {
    kernel.setCounting(isCounting && !turn ? 1 : 0);
    return readRows(kernel, bytes, { maxPixels, onProgress, turn, each });
  };
  const countDc: EachRow = ({ start, across }) => kernel.countDcOfBlocks(start, across);
  if (turn) writeMoves(kernel, turn);
  kernel.clearCounts();
  kernel.clearChromaCounts();
  const count: EachRow = ({ start, step, across }) => kernel.countBlocks(start, step, across);
  const { frame, scans } = await read(countDc, true);
  const chromaCounts = new Uint32Array(kernel.memory.buffer, kernel.chromaCounts, 256).slice();
  const luma = frame?.components[0];
  if (!frame || !luma || !isComplete(frame, scans)) return { frame, scans, bytes: undefined };
  if (luma.keeps === 'all') await eachRow(kernel, luma, { turn, onProgress, each: count });
  const reason = problemOf(frame, luma, kernel);
  if (reason !== undefined) return { frame, scans, bytes: undefined, reason };
  const tables = writeCodes(kernel);
  const quantizer = turnedQuantizer(luma.quantizer ?? [], turn);
  const [width, height] = turn?.isTransposed
    ? [frame.height, frame.width]
    : [frame.width, frame.height];
  append(output, fileStart({ width, height, quantizer, segments, ...tables }));
  const { writeBlocks, writeSymbols } = kernel;
  if (luma.keeps === 'all') {
    const each: EachRow = (row) => writeRow(kernel, output, { ...row, write: writeBlocks });
    await eachRow(kernel, luma, { turn, onProgress, each });
  } else {
    await read((row) => writeRow(kernel, output, { ...row, write: writeSymbols }));
  }
  kernel.finishOutput();
  takeOutput(kernel, output);
  append(output, fileEnd);
  const isMeasured = chromaCounts.some((count) => count > 0);
  const file = Buffer.concat(output.parts, output.sizeBytes);
  return { frame, scans, bytes: file, ...(isMeasured && { chromaCounts }) };
}

/** Whether every bit of every component has arrived. */
export function isComplete({ components }: JpegFrame, scans: readonly ScanResult[]): boolean {
  return (
    scans.every(({ damage }) => damage === undefined) &&
    components.every(({ lowBits }) => lowBits.every((bit) => bit === 0))
  );
}

/** Whether the first component has as many samples as the image has pixels. */
export function hasWholeLuma({ components }: JpegFrame): boolean {
  const [luma] = components;
  return components.every(
    ({ horizontal, vertical }) =>
      luma !== undefined && horizontal <= luma.horizontal && vertical <= luma.vertical,
  );
}

function problemOf(frame: JpegFrame, luma: JpegComponent, kernel: JpegKernel): string | undefined {
  if (!luma.quantizer) return 'it has no quantization table';
  if (!frame.isProgressive && luma.scans > 1) return 'it has several scans of one component';
  return kernel.hasValueOutOfRange() ? 'it has a coefficient out of range' : undefined;
}

interface BlockRow {
  start: number;
  step: number;
  across: number;
}

type EachRow = (row: BlockRow) => void;

interface RowsOptions extends Pick<ReadOptions, 'onProgress'> {
  turn: Turn | undefined;
  each: EachRow;
}

/** Reads a file. Unless all of its blocks are kept, `each` is called for each row of them. */
async function readRows(
  kernel: JpegKernel,
  bytes: Uint8Array,
  { turn, each, ...options }: RowsOptions & ReadOptions,
): Promise<JpegScans> {
  const kept = turn ? 'all' : 'row';
  return await readScans(kernel, bytes, {
    ...options,
    allocate(frame) {
      allocateBlocks(kernel, frame, { keeps: ({ index }) => (index === 0 ? kept : undefined) });
    },
    onRow(mcuRow, { parts }) {
      const luma = parts.find(({ component }) => component.index === 0)?.component;
      if (luma?.keeps !== 'row') return;
      const rows = parts.length === 1 ? 1 : luma.vertical;
      if (mcuRow === 0) kernel.beginBlocks(luma.marks, luma.coefficients, 0);
      const { across, down, step, start } = walkOf(luma, undefined);
      for (let row = 0; row < rows && mcuRow * rows + row < down; row++) {
        each({ start: start(row), step, across });
      }
    },
  });
}

/** Calls `each` for all rows of blocks in the order of the output. */
async function eachRow(
  kernel: JpegKernel,
  luma: JpegComponent,
  { turn, each, onProgress }: RowsOptions,
): Promise<void> {
  const { across, down, step, start } = walkOf(luma, turn);
  kernel.beginBlocks(luma.marks, luma.coefficients, turn ? 1 : 0);
  for (let row = 0; row < down; row++) {
    if (row % rowsPerTurn === 0) await onProgress();
    each({ start: start(row), step, across });
  }
}

const rowsPerTurn = 32;

interface Output {
  sizeBytes: number;
  parts: Uint8Array[];
}

function append(output: Output, part: Uint8Array): void {
  output.parts.push(part);
  output.sizeBytes += part.length;
}

interface RowToWrite extends BlockRow {
  write(start: number, step: number, count: number): number;
}

/** Calls `write` for the first blocks of a row, then for those that it has left. */
function writeRow(
  kernel: JpegKernel,
  output: Output,
  { start, step, across, write }: RowToWrite,
): void {
  for (let written = 0; ; ) {
    written += write(start + written * step, step, across - written);
    if (written === across) return;
    takeOutput(kernel, output);
  }
}

function takeOutput(kernel: JpegKernel, output: Output): void {
  const sizeBytes = kernel.takeOutput();
  append(output, heapOf(kernel).slice(kernel.output, kernel.output + sizeBytes));
}

/** Gives the kernel the best codes for the symbols that it has counted. */
function writeCodes(kernel: JpegKernel): { dc: HuffmanDefinition; ac: HuffmanDefinition } {
  const counts = new Uint32Array(kernel.memory.buffer, kernel.counts, 512);
  const codes = new Uint32Array(kernel.memory.buffer, kernel.codes, 512);
  const [dc, ac] = [bestTable(counts.slice(0, 256)), bestTable(counts.slice(256))];
  codes.set(codesOf(dc));
  codes.set(codesOf(ac), 256);
  return { dc, ac };
}
