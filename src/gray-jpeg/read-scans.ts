import { allocateBlocks } from './allocate-blocks.ts';
import { decodeScan, type OnRow, type ScanResult } from './decode-scan.ts';
import { isFrame, type JpegFrame, readFrame } from './jpeg-frame.ts';
import type { JpegKernel } from './kernel.ts';
import { withKernel } from './kernels.ts';
import type { Scan } from './scan.ts';
import { dht, dqt, dri, eoi, isAccepted, isAlone, nextMarker, sos, uint16 } from './segments.ts';
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

interface KeepOptions extends ReadOptions {
  /** Allocates what is kept of the blocks, before the first scan is decoded. */
  allocate?(frame: JpegFrame, first: Scan): void;
  /** Called after each row of MCUs of a scan, up to its first damage. */
  onRow?: OnRow;
}

export async function readScans(
  kernel: JpegKernel,
  bytes: Uint8Array,
  { maxPixels, onProgress, onRow, ...options }: KeepOptions,
): Promise<JpegScans> {
  const { allocate = (frame: JpegFrame) => allocateBlocks(kernel, frame) } = options;
  const tables: JpegTables = { huffman: new Map(), quantizers: new Map() };
  const scans: ScanResult[] = [];
  const reader = readerOf(kernel, bytes);
  let frame: JpegFrame | undefined;
  let isAllocated = false;
  let isRegular = true;
  let interval = 0;
  let at = 2;
  for (;;) {
    await onProgress();
    const { marker, start } = nextMarker(bytes, at);
    if (marker === undefined || marker === eoi) {
      if (frame) frame.isRegular &&= isRegular;
      return { frame, scans };
    }
    at = start;
    isRegular &&= isAccepted(marker) && !(frame && isFrame(marker));
    if (isAlone(marker)) continue;
    const end = start + uint16(bytes, start);
    const body = bytes.subarray(start + 2, end);
    at = Math.max(start + 2, end);
    if (marker === dht) isRegular = readHuffmanTables(body, tables) && isRegular;
    else if (marker === dqt) isRegular = readQuantizers(body, tables) && isRegular;
    else if (marker === dri) {
      interval = uint16(body, 0);
      isRegular &&= body.length === 2;
    } else if (isFrame(marker) && !frame) {
      frame = readFrame(marker, body);
      if (!frame || frame.width * frame.height > maxPixels) return { frame: undefined, scans };
      isRegular &&= body.length === 6 + 3 * frame.components.length;
    } else if (marker === sos && frame) {
      const current = frame;
      const onScan = (scan: Scan) => {
        if (!isAllocated) allocate(current, scan);
        isAllocated = true;
      };
      const part = { reader, at, body, frame, tables, interval, onProgress, onScan, onRow };
      const scan = await decodeScan(part);
      scans.push(scan);
      at = scan.next;
    }
  }
}
