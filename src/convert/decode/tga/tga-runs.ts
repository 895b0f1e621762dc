import { checkRange } from '../byte-reader.ts';
import { corrupt } from '../file-decoder.ts';

const maxPixelsPerPacket = 128;
const what = 'run-length coded pixels';

interface Packing {
  at: number;
  pixelBytes: number;
  /** Of pixels. */
  count: number;
}

/** Refuses what is too short for as many pixels, however well they are packed. */
export function checkTgaRuns(bytes: Uint8Array, { at, pixelBytes, count }: Packing): void {
  const least = Math.ceil(count / maxPixelsPerPacket) * (1 + pixelBytes);
  checkRange(bytes, { at, count: least, what });
}

/** Pixels of a run-length coded TGA. Packets may go on in the next row, as old writers let them. */
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
