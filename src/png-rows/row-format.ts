import type { PngKernel } from './kernel.ts';
import type { PngFile } from './png-file.ts';

/** How rows are stored, and what they become. */
export interface RowFormat {
  channels: 1 | 2 | 3 | 4;
  /** Bits per sample after the expansion. */
  depth: 8 | 16;
  /** Bytes of a row as stored, without its filter. */
  rowBytes: number;
  /** Bytes from a sample to the same one of the next pixel as stored; 1 if they share bytes. */
  step: number;
  /** Absent if the rows without filters are the pixels. */
  expand?: Expand;
}

/** Turns rows without filters into pixels; returns 0 if they are invalid. */
type Expand = (kernel: PngKernel, rows: number) => number | undefined;

const samplesOf: Record<number, 1 | 2 | 3 | 4> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** The samples that libvips reads, with gray and alpha as RGBA. */
export function rowFormatOf(file: PngFile): RowFormat | undefined {
  const { width, depth, colourType } = file;
  const samples = samplesOf[colourType] ?? 1;
  const rowBytes = Math.ceil((width * samples * depth) / 8);
  const stored = { rowBytes, step: Math.ceil((samples * depth) / 8) };
  if (colourType === 3) return file.palette && indexed(file, file.palette, stored);
  const format = { ...stored, depth: depth === 16 ? 16 : 8 } as const;
  if (colourType === 4) {
    const expand = depth === 16 ? 'expandDeepGrayAlpha' : 'expandGrayAlpha';
    return { ...format, channels: 4, expand: (kernel, rows) => kernel[expand](rows * width) };
  }
  if (depth < 8) {
    const expand: Expand = (kernel, rows) => kernel.expandGrays(width, rows, depth);
    return { ...format, channels: 1, expand };
  }
  if (depth === 8) return { ...format, channels: samples };
  const expand: Expand = (kernel, rows) => kernel.swapSamples(rows * rowBytes);
  return { ...format, channels: samples, expand };
}

type Stored = Pick<RowFormat, 'rowBytes' | 'step'>;

function indexed({ width, depth, alpha }: PngFile, palette: Uint8Array, stored: Stored): RowFormat {
  const count = palette.length / 3;
  const entries = new Uint8Array(4 * count).fill(255);
  for (let i = 0; i < count; i++) {
    entries.set(palette.subarray(3 * i, 3 * i + 3), 4 * i);
    if (alpha && i < alpha.length) entries[4 * i + 3] = alpha[i] as number;
  }
  const channels = alpha ? 4 : 3;
  const expand: Expand = (kernel, rows) => {
    new Uint8Array(kernel.memory.buffer).set(entries, kernel.palette);
    return kernel.expandIndices(width, rows, depth, channels, count);
  };
  return { ...stored, channels, depth: 8, expand };
}
