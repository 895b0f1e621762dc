import { isFrame, type JpegFrame, readFrame } from './jpeg-frame.ts';
import { isAlone, nextMarker, segmentEnd, sos } from './segments.ts';

export interface JpegHeader {
  /** Undefined if the file has no frame, or none that is Huffman-coded DCT. */
  frame: JpegFrame | undefined;
  /** Whether its three components are red, green and blue. */
  isRgb: boolean;
}

const [app0, app14] = [0xe0, 0xee];

/**
 * Reads what precedes the first scan. Whether the samples are RGB is decided as libjpeg does: by JFIF,
 * then by Adobe’s segment, then by the names of the components.
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  let frame: JpegFrame | undefined;
  let isJfif = false;
  let transform: number | undefined;
  for (let at = 2; ; ) {
    const { marker, start } = nextMarker(bytes, at);
    if (marker === undefined || marker === sos) break;
    at = isAlone(marker) ? start : segmentEnd(bytes, start);
    const body = bytes.subarray(start + 2, at);
    if (marker === app0 && startsWith(body, 'JFIF\0')) isJfif = true;
    else if (marker === app14 && startsWith(body, 'Adobe')) transform = body[11];
    else if (isFrame(marker)) frame ??= readFrame(marker, body);
  }
  const names = String.fromCharCode(...(frame?.components.map(({ id }) => id) ?? []));
  const isRgb = !isJfif && (transform === undefined ? names === 'RGB' : transform === 0);
  return { frame, isRgb: isRgb && names.length === 3 };
}

function startsWith(body: Uint8Array, text: string): boolean {
  return Buffer.from(body.subarray(0, text.length)).toString('latin1') === text;
}

/** The most that libjpeg accepts. */
const maxSide = 65_500;

/**
 * Whether `decodeJpeg` has pixels for a file: 8 bits, gray or YCbCr, with as much luma as pixels, and
 * chroma of the same or half the resolution in each direction.
 */
export function isDecodable({ frame, isRgb }: JpegHeader): boolean {
  if (frame?.precision !== 8 || isRgb) return false;
  if (Math.max(frame.width, frame.height) > maxSide) return false;
  const [luma, ...chroma] = frame.components;
  if (chroma.length === 0) return true;
  return (
    chroma.length === 2 &&
    new Set(frame.components.map(({ id }) => id)).size === 3 &&
    Math.max(luma?.horizontal ?? 0, luma?.vertical ?? 0) <= 2 &&
    chroma.every(({ horizontal, vertical }) => horizontal === 1 && vertical === 1)
  );
}
