export type { ScanResult } from './decode-scan.ts';
export { isFrame, type JpegFrame, notArrived, readFrame } from './jpeg-frame.ts';
export { hasWholeLuma, keepLuma } from './keep-luma.ts';
export { type JpegScans, readJpegScans } from './read-scans.ts';
export { firstScanAt, isAlone, nextMarker, segmentEnd } from './segments.ts';
export { canTurn, type Turn } from './turn.ts';
export { hasSuspiciousZeros } from './zero-runs.ts';
