import { textAt } from '../../formats/bytes.ts';
import type { Verdict } from '../damage.ts';

/**
 * Finds a part of a WebP that was replaced by zeros. They are valid data for libwebp, which has no
 * checksum and does not compare the end of the pixels with the end of the data.
 */
export function judgeWebp(bytes: Uint8Array, frames: number): Verdict {
  let index = 0;
  for (const { type, data } of imageChunks(bytes)) {
    index++;
    if (hasZeros(data, maxZeros(type, data)))
      return { reason: `frame ${index} has a run of zeros` };
    if (index === frames) break;
  }
  return 'unknown';
}

/**
 * The longest run of zeros that an image can have. A flat area of a lossy image becomes zeros, one
 * byte for at least 40 macroblocks (measured, libwebp 1.6, flat images of up to 64 megapixels); of a
 * lossless one it does not. Sizes: RFC 6386, 9.1; RFC 9649, 3.4.
 */
function maxZeros(type: string, data: Uint8Array): number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length < 10) return data.length;
  if (type === 'VP8L') {
    const sizes = view.getUint32(1, true);
    return 32 + (((sizes & 0x3fff) + 1) * (((sizes >> 14) & 0x3fff) + 1)) / 2 ** 16;
  }
  const [width, height] = [view.getUint16(6, true) & 0x3fff, view.getUint16(8, true) & 0x3fff];
  return 32 + (Math.ceil(width / 16) * Math.ceil(height / 16)) / 32;
}

function hasZeros(data: Uint8Array, max: number): boolean {
  const file = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return file.includes(Buffer.alloc(Math.floor(max) + 1));
}

/** The coded images of a file, also in the frames of an animation: RFC 9649, 2.7. */
function* imageChunks(
  bytes: Uint8Array,
  start = 12,
): Generator<{ type: string; data: Uint8Array }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = start; at + 8 <= bytes.length; ) {
    const type = textAt(bytes, at, at + 4);
    const size = view.getUint32(at + 4, true);
    const data = bytes.subarray(at + 8, at + 8 + size);
    if (type === 'VP8 ' || type === 'VP8L') yield { type, data };
    // The frame’s position, size and duration come first.
    if (type === 'ANMF' && start === 12) yield* imageChunks(data, 16);
    at += 8 + size + (size & 1);
  }
}
