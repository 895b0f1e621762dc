import { checkRange } from '../byte-reader.ts';
import { corrupt } from '../file-decoder.ts';
import type { Dib } from './dib-header.ts';

/**
 * Decodes run-length encoded 4-bit or 8-bit indices, row by row in file order:
 * https://learn.microsoft.com/windows/win32/gdi/bitmap-compression. Skipped pixels get colour 0,
 * and pixels beyond the end of a row are dropped, both as in Pillow.
 */
export function unpackRuns(bytes: Uint8Array, { width, height, bits, pixelsAt }: Dib): Uint8Array {
  let at = pixelsAt;
  const take = (count: number) => {
    checkRange(bytes, { at, count, what: 'run-length encoded pixels' });
    at += count;
    return at - count;
  };
  const valueAt = (start: number, i: number) => {
    if (bits === 8) return bytes[start + i] as number;
    const both = bytes[start + (i >> 1)] as number;
    return i % 2 === 0 ? both >> 4 : both & 15;
  };

  // Checked before allocating: the shortest possible data is an end marker.
  checkRange(bytes, { at, count: 2, what: 'run-length encoded pixels' });
  const indices = new Uint8Array(width * height);
  let x = 0;
  let y = 0;
  const writePixel = (value: number) => {
    if (x < width) indices[y * width + x++] = value;
  };

  // Stops without the end marker, because some writers omit it.
  while (y * width + x < indices.length) {
    const start = take(2);
    const [count, code] = [bytes[start] as number, bytes[start + 1] as number];
    if (count > 0) {
      for (let i = 0; i < count; i++) writePixel(valueAt(start + 1, bits === 8 ? 0 : i % 2));
    } else if (code === endOfRow) {
      x = 0;
      y++;
    } else if (code === endOfImage) {
      break;
    } else if (code === jump) {
      const by = take(2);
      x = Math.min(width, x + (bytes[by] as number));
      y += bytes[by + 1] as number;
    } else {
      // Literal indices are padded to an even number of bytes.
      const from = take(Math.ceil((code * bits) / 16) * 2);
      for (let i = 0; i < code; i++) writePixel(valueAt(from, i));
    }
  }
  checkEnd(bytes, at);
  return indices;
}

/** Zeros are ends of empty rows; an image ends with a marker, unless its file ends. */
function checkEnd(bytes: Uint8Array, at: number): void {
  const rest = bytes.subarray(at, at + 4);
  if (rest.length < 4 || rest.some((byte) => byte !== 0)) return;
  throw corrupt(
    `Expected a marker or the end of the file after the last row at byte ${at} but found zeros.`,
  );
}

const endOfRow = 0;
const endOfImage = 1;
const jump = 2;
