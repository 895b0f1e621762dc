import { decodeScan, type ScanResult } from './decode-scan.ts';
import { isFrame, type JpegFrame, type KeptLuma, readFrame } from './jpeg-frame.ts';
import { clearHeap, type JpegKernel } from './kernel.ts';
import { withKernel } from './kernels.ts';
import { dht, dqt, dri, eoi, isAlone, nextMarker, sos, uint16 } from './segments.ts';
import { readerOf } from './source-reader.ts';
import { type JpegTables, readHuffmanTables, readQuantizers } from './tables.ts';

export interface JpegScans {
  /** Undefined if the file has none, or none that is Huffman-coded DCT. */
  frame: JpegFrame | undefined;
  scans: ScanResult[];
}

export interface ReadOptions {
  /** No memory is allocated for frames of more pixels. */
  maxPixels: number;
  /** Called between parts of the data; may throw, and may wait. */
  onProgress(): void | Promise<void>;
}

/**
 * Reads all entropy-coded data of a JPEG: ITU-T T.81, annex B. Baseline, extended and progressive
 * Huffman coding with any sampling and any number of scans. Stops at the first segment that cannot
 * be read. Throws only what `onProgress` throws.
 */
export async function readJpegScans(bytes: Uint8Array, options: ReadOptions): Promise<JpegScans> {
  return await withKernel((kernel) => readScans(kernel, bytes, options));
}

export async function readScans(
  kernel: JpegKernel,
  bytes: Uint8Array,
  { maxPixels, onProgress, luma }: ReadOptions & { luma?: KeptLuma },
): Promise<JpegScans> {
  const tables: JpegTables = { huffman: new Map(), quantizers: new Map() };
  const scans: ScanResult[] = [];
  const reader = readerOf(kernel, bytes);
  let frame: JpegFrame | undefined;
  let interval = 0;
  let at = 2;
  for (;;) {
    await onProgress();
    const { marker, start } = nextMarker(bytes, at);
    if (marker === undefined || marker === eoi) return { frame, scans };
    at = start;
    if (isAlone(marker)) continue;
    const end = start + uint16(bytes, start);
    const body = bytes.subarray(start + 2, end);
    at = Math.max(start + 2, end);
    if (marker === dht) readHuffmanTables(body, tables);
    else if (marker === dqt) readQuantizers(body, tables);
    else if (marker === dri) interval = uint16(body, 0);
    else if (isFrame(marker) && !frame) {
      frame = readFrame(marker, body);
      if (!frame || frame.width * frame.height > maxPixels) return { frame: undefined, scans };
      allocate(kernel, frame, luma);
    } else if (marker === sos && frame) {
      const part = { reader, at, body, frame, tables, interval, onProgress, onRow: luma?.onRow };
      const scan = await decodeScan(part);
      scans.push(scan);
      at = scan.next;
    }
  }
}

const [markBytes, coefficientBytes] = [8, 128];

/**
 * Allocates what is kept of each block: for later scans a bit for each coefficient, whether it is not
 * zero, and for the luma the coefficients themselves.
 */
function allocate(kernel: JpegKernel, frame: JpegFrame, luma: KeptLuma | undefined): void {
  let end = kernel.heapStart;
  for (const [i, component] of frame.components.entries()) {
    const isKept = luma !== undefined && i === 0;
    if (!isKept && !frame.isProgressive) continue;
    component.keeps = isKept && !frame.isProgressive ? luma.keeps : 'all';
    const down = component.keeps === 'all' ? component.storedDown : component.vertical;
    const blocks = component.storedAcross * down;
    component.marks = end;
    end += blocks * markBytes;
    if (!isKept) continue;
    component.coefficients = end;
    end += blocks * coefficientBytes;
  }
  if (end > kernel.heapStart) clearHeap(kernel, kernel.heapStart, end);
}
