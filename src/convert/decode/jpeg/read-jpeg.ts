import type { Deadline } from '../../deadline.ts';
import { decodeScan, type ScanResult } from './decode-scan.ts';
import { type HuffmanTable, huffmanTable } from './huffman-table.ts';
import { allocateCoefficients, isFrame, type JpegFrame, readFrame } from './jpeg-frame.ts';

const [dht, eoi, sos, dri] = [0xc4, 0xd9, 0xda, 0xdd];

export interface JpegScans {
  /** Undefined if the file has none, or none that is Huffman-coded DCT. */
  frame: JpegFrame | undefined;
  scans: ScanResult[];
}

/**
 * Reads all entropy-coded data of a JPEG: ITU-T T.81, annex B. Baseline, extended and progressive
 * Huffman coding with any sampling and any number of scans. Stops at the first segment that cannot
 * be read. No memory is allocated for frames of more than `maxPixels`. Throws only after the
 * deadline.
 */
export function readJpegScans(bytes: Uint8Array, maxPixels: number, deadline: Deadline): JpegScans {
  const tables = new Map<number, HuffmanTable>();
  const scans: ScanResult[] = [];
  let frame: JpegFrame | undefined;
  let interval = 0;
  let at = 2;
  for (;;) {
    deadline.check();
    const { marker, start } = nextMarker(bytes, at);
    if (marker === undefined || marker === eoi) return { frame, scans };
    at = start;
    if (isAlone(marker)) continue;
    const end = start + uint16(bytes, start);
    const body = bytes.subarray(start + 2, end);
    at = Math.max(start + 2, end);
    if (marker === dht) readTables(body, tables);
    else if (marker === dri) interval = uint16(body, 0);
    else if (isFrame(marker)) {
      frame ??= frameOf(marker, body, maxPixels);
      if (!frame) return { frame, scans };
    } else if (marker === sos && frame) {
      const scan = decodeScan({ bytes, at, body, frame, tables, interval, deadline });
      scans.push(scan);
      at = scan.next;
    }
  }
}

/** The offset of the first scan’s header, or the end of the file. */
export function firstScanAt(bytes: Uint8Array): number {
  for (let at = 2; ; ) {
    const { marker, start } = nextMarker(bytes, at);
    if (marker === undefined || marker === sos) return start;
    at = isAlone(marker) ? start : segmentEnd(bytes, start);
  }
}

/** The end of the segment whose length is at `start`. */
export function segmentEnd(bytes: Uint8Array, start: number): number {
  return start + Math.max(2, uint16(bytes, start));
}

/** Markers may follow stray bytes, as libjpeg allows. */
export function nextMarker(bytes: Uint8Array, from: number) {
  let at = from;
  for (;;) {
    at = bytes.indexOf(0xff, at);
    if (at < 0) return { marker: undefined, start: bytes.length };
    while (bytes[at] === 0xff) at++;
    if (bytes[at] !== 0) return { marker: bytes[at], start: at + 1 };
  }
}

/** Markers without a segment: ITU-T T.81, B.1.1.3. */
export function isAlone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

function frameOf(marker: number, body: Uint8Array, maxPixels: number) {
  const frame = readFrame(marker, body);
  if (!frame || frame.width * frame.height > maxPixels) return undefined;
  if (frame.isProgressive) allocateCoefficients(frame);
  return frame;
}

/** ITU-T T.81, B.2.4.2. */
function readTables(body: Uint8Array, tables: Map<number, HuffmanTable>): void {
  for (let at = 0; at + 17 <= body.length; ) {
    const counts = body.subarray(at + 1, at + 17);
    const symbolsAt = at + 17;
    at = symbolsAt + counts.reduce((sum, count) => sum + count, 0);
    tables.set(body[symbolsAt - 17] as number, huffmanTable(counts, body.subarray(symbolsAt, at)));
  }
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
}
