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
  /** Puts the rows without filters into `pixels`; returns 0 if they are invalid. Absent if they stay. */
  expand?: (kernel: PngKernel, rows: number) => number;
}

const samplesOf: Record<number, 1 | 2 | 3 | 4> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** The samples that libvips reads, with gray and alpha as RGBA. */
export function rowFormatOf(file: PngFile): RowFormat | undefined {
  const { width, depth, colourType } = file;
  const samples = samplesOf[colourType] ?? 1;
  const rowBytes = Math.ceil((width * samples * depth) / 8);
  const stored = { rowBytes, step: Math.ceil((samples * depth) / 8) };
  if (colourType === 3) return file.palette && indexed(file, file.palette, stored);
  if (depth < 8) return { ...stored, channels: 1, depth: 8, expand: expandGrays(file) };
  const isDeep = depth === 16;
  const format = { ...stored, depth: isDeep ? 16 : 8 } as const;
  if (colourType === 4) {
    const expand = (kernel: PngKernel, rows: number) => {
      if (isDeep) kernel.expandDeepGrayAlpha(rows * width);
      else kernel.expandGrayAlpha(rows * width);
      return 1;
    };
    return { ...format, channels: 4, expand };
  }
  if (!isDeep) return { ...format, channels: samples };
  const expand = (kernel: PngKernel, rows: number) => {
    kernel.swapSamples(rows * rowBytes);
    return 1;
  };
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
  return { ...stored, channels, depth: 8, expand: lookUp({ width, depth, channels, entries }) };
}

/** Gray of 1, 2 or 4 bits to 0 to 255. */
function expandGrays({ width, depth }: PngFile): NonNullable<RowFormat['expand']> {
  const max = 2 ** depth - 1;
  const entries = Uint8Array.from({ length: 4 * (max + 1) }, (_, i) => ((i >> 2) * 255) / max);
  return lookUp({ width, depth, channels: 1, entries });
}

interface Lookup {
  width: number;
  depth: number;
  channels: number;
  /** Four bytes each. */
  entries: Uint8Array;
}

function lookUp({ width, depth, channels, entries }: Lookup): NonNullable<RowFormat['expand']> {
  return (kernel, rows) => {
    new Uint8Array(kernel.memory.buffer).set(entries, kernel.palette);
    return kernel.expandIndices(width, rows, depth, channels, entries.length / 4);
  };
}
