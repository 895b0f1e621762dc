import { checkRange } from '../byte-reader.ts';
import { corrupt } from '../file-decoder.ts';

const maxPixelsPerPacket = 128;
const what = 'run-length encoded pixels';

interface Packing {
  at: number;
  pixelBytes: number;
  /** The number of pixels. */
  count: number;
}

/** Rejects data too short for this many pixels, even at the best compression. */
export function checkTgaRuns(bytes: Uint8Array, { at, pixelBytes, count }: Packing): void {
  const minBytes = Math.ceil(count / maxPixelsPerPacket) * (1 + pixelBytes);
  checkRange(bytes, { at, count: minBytes, what });
}

/**
 * Unpacks run-length encoded pixels. Packets may continue in the next row, as old writers allow.
 */
export function unpackTgaRuns(bytes: Uint8Array, { at, pixelBytes, count }: Packing): Uint8Array {
  const pixels = new Uint8Array(count * pixelBytes);
  let from = at;
  for (let to = 0; to < pixels.length; ) {
    checkRange(bytes, { at: from, count: 1, what });
    const packet = bytes[from++] as number;
    const isRun = packet >= 128;
    const size = ((packet & 127) + 1) * pixelBytes;
    if (to + size > pixels.length) {
      const left = (pixels.length - to) / pixelBytes;
      throw corrupt(
        `Expected ${left} more pixels but the packet at byte ${from - 1} has ${(packet & 127) + 1}.`,
      );
    }
    const stored = isRun ? pixelBytes : size;
    checkRange(bytes, { at: from, count: stored, what });
    pixels.set(bytes.subarray(from, from + stored), to);
    if (isRun) repeat(pixels, { from: to, size: pixelBytes, end: to + size });
    from += stored;
    to += size;
  }
  return pixels;
}

function repeat(
  pixels: Uint8Array,
  { from, size, end }: { from: number; size: number; end: number },
): void {
  for (let i = from + size; i < end; i++) pixels[i] = pixels[i - size] as number;
}
