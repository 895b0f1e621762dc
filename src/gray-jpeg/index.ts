export type { ScanResult } from './decode-scan.ts';
export { isFrame, type JpegFrame, notArrived, readFrame } from './jpeg-frame.ts';
export { readJpegScans } from './read-scans.ts';
export { firstScanAt, isAlone, nextMarker, segmentEnd } from './segments.ts';
export { hasSuspiciousZeros } from './zero-runs.ts';
