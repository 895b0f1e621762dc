import { nextMarker } from './segments.ts';
import { feed, type SourceReader } from './source-reader.ts';

interface Interval {
  /** Where the data begin. */
  at: number;
  /** The MCUs: the first, and the one after the last. */
  mcu: number;
  until: number;
  /** Called between parts of the data. */
  onProgress(): void | Promise<void>;
  rows?: RowOptions | undefined;
}

interface RowOptions {
  /** MCUs in a row. */
  mcusAcross: number;
  /** Called after each row of MCUs. */
  onRow(row: number): void | Promise<void>;
}

interface DecodedInterval {
  /** The MCU after the last that was decoded. */
  done: number;
  reason: string | undefined;
  /** The marker after the data, or undefined at the end of the file. */
  marker: number | undefined;
  /** The offset after the marker. */
  next: number;
}

/** By number: see assembly/symbols.ts. */
const needsData = 1;
const problems: Record<number, string> = {
  2: 'ends too early',
  3: 'has an unknown Huffman code',
  4: 'uses a Huffman table that is not defined',
  5: 'has a coefficient out of range',
  6: 'has more than 64 coefficients in a block',
};

/** Decodes MCUs up to a restart marker, or to the first problem. */
export async function decodeInterval(
  reader: SourceReader,
  { at, mcu, until, onProgress, rows }: Interval,
): Promise<DecodedInterval> {
  const { kernel } = reader;
  kernel.beginInterval(mcu);
  let [done, next] = [mcu, at];
  while (done < until) {
    done += kernel.decode(Math.min(until, endOfRow(done, rows)) - done);
    const problem = kernel.problemOfScan();
    if (problem === needsData) {
      await onProgress();
      next = feed(reader, next);
    } else if (problem > 0) {
      return { done, reason: problems[problem], ...markerAfter(reader, next) };
    } else if (rows && done % rows.mcusAcross === 0) {
      const waiting = rows.onRow(done / rows.mcusAcross - 1);
      if (waiting) await waiting;
    }
  }
  kernel.beginRest();
  while (!kernel.isStreamComplete()) {
    await onProgress();
    next = feed(reader, next);
    kernel.skipRest();
  }
  const end = markerAfter(reader, next);
  return { done, reason: endDamage(reader, end.marker), ...end };
}

function endOfRow(mcu: number, rows: RowOptions | undefined): number {
  return rows ? (Math.floor(mcu / rows.mcusAcross) + 1) * rows.mcusAcross : Infinity;
}

function markerAfter({ bytes }: SourceReader, at: number) {
  const { marker, start } = nextMarker(bytes, at);
  return { marker, next: Math.min(start, bytes.length) };
}

/** Up to three zeros may fill the last word of an interval. */
const maxFillBytes = 3;

/** Data after the last MCU show that MCUs before it are wrong. */
function endDamage({ kernel }: SourceReader, marker: number | undefined): string | undefined {
  const extraBytes = kernel.extraBytes();
  const isPadded = kernel.isLastBytePadded() !== 0;
  const isFill = isPadded && kernel.isExtraZero() !== 0 && extraBytes <= maxFillBytes;
  if (extraBytes > 0 && !isFill) return `has ${extraBytes} bytes too many`;
  // A zeroed tail decodes to the coefficients that have the shortest codes.
  return isPadded || marker !== undefined ? undefined : 'ends in zeros';
}
