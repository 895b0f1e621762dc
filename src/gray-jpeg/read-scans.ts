import { decodeScan, type ScanResult } from './decode-scan.ts';
import { isFrame, type JpegFrame, readFrame } from './jpeg-frame.ts';
import { clearHeap, type JpegKernel } from './kernel.ts';
import { withKernel } from './kernels.ts';
import type { HuffmanDefinition } from './scan.ts';
import { dht, dri, eoi, isAlone, nextMarker, sos, uint16 } from './segments.ts';
import { readerOf } from './source-reader.ts';

export interface JpegScans {
  /** Undefined if the file has none, or none that is Huffman-coded DCT. */
  frame: JpegFrame | undefined;
  scans: ScanResult[];
}

interface ReadOptions {
  /** No memory is allocated for frames of more pixels. */
  maxPixels: number;
  /** Called between parts of the data; may throw. */
  onProgress(): void;
}

/**
 * Reads all entropy-coded data of a JPEG: ITU-T T.81, annex B. Baseline, extended and progressive
 * Huffman coding with any sampling and any number of scans. Stops at the first segment that cannot
 * be read. Throws only what `onProgress` throws.
 */
export async function readJpegScans(bytes: Uint8Array, options: ReadOptions): Promise<JpegScans> {
  return await withKernel((kernel) => readScans(kernel, bytes, options));
}

export function readScans(
  kernel: JpegKernel,
  bytes: Uint8Array,
  { maxPixels, onProgress }: ReadOptions,
): JpegScans {
  const tables = new Map<number, HuffmanDefinition>();
  const scans: ScanResult[] = [];
  const reader = readerOf(kernel, bytes);
  let frame: JpegFrame | undefined;
  let interval = 0;
  let at = 2;
  for (;;) {
    onProgress();
    const { marker, start } = nextMarker(bytes, at);
    if (marker === undefined || marker === eoi) return { frame, scans };
    at = start;
    if (isAlone(marker)) continue;
    const end = start + uint16(bytes, start);
    const body = bytes.subarray(start + 2, end);
    at = Math.max(start + 2, end);
    if (marker === dht) readTables(body, tables);
    else if (marker === dri) interval = uint16(body, 0);
    else if (isFrame(marker) && !frame) {
      frame = readFrame(marker, body);
      if (!frame || frame.width * frame.height > maxPixels) return { frame: undefined, scans };
      if (frame.isProgressive) allocateMarks(kernel, frame);
    } else if (marker === sos && frame) {
      const scan = decodeScan({ reader, at, body, frame, tables, interval, onProgress });
      scans.push(scan);
      at = scan.next;
    }
  }
}

const markBytes = 8;

/** A bit for each coefficient: whether it is not zero. Later scans refine those. */
function allocateMarks(kernel: JpegKernel, { components }: JpegFrame): void {
  let end = kernel.heapStart;
  for (const component of components) {
    component.marks = end;
    end += component.storedAcross * component.storedDown * markBytes;
  }
  clearHeap(kernel, kernel.heapStart, end);
}

/** ITU-T T.81, B.2.4.2. */
function readTables(body: Uint8Array, tables: Map<number, HuffmanDefinition>): void {
  for (let at = 0; at + 17 <= body.length; ) {
    const counts = body.subarray(at + 1, at + 17);
    const symbolsAt = at + 17;
    at = symbolsAt + counts.reduce((sum, count) => sum + count, 0);
    tables.set(body[symbolsAt - 17] as number, { counts, symbols: body.subarray(symbolsAt, at) });
  }
}
