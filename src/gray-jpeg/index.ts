export { type DecodedJpeg, type DecodeJpegOptions, decodeJpeg } from './decode-jpeg.ts';
export type { ScanResult } from './decode-scan.ts';
export { isFrame, type JpegFrame, notArrived, readFrame } from './jpeg-frame.ts';
export { isDecodable, type JpegHeader, readJpegHeader } from './jpeg-header.ts';
export { hasWholeLuma, keepLuma } from './keep-luma.ts';
export { type JpegScans, readJpegScans } from './read-scans.ts';
export { firstScanAt, isAlone, nextMarker, segmentEnd } from './segments.ts';
export { canTurn, type Turn } from './turn.ts';
export { hasSuspiciousZeros } from './zero-runs.ts';
