import type { GrayPixels } from '../pixel-image.ts';

// libvips 8.18 writes the last of an odd number of 4-bit samples in a row wrong. A row with one more
// has the same bytes, so one is added, and the width in the file is corrected.

/** Repeats the last pixel of each row if the width is odd. */
export function padToEven(image: GrayPixels): GrayPixels {
  const { pixels, width, height, channels } = image;
  if (width % 2 === 0 || channels !== 1 || !(pixels instanceof Uint8Array)) return image;
  const padded = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y++) {
    const row = pixels.subarray(y * width, (y + 1) * width);
    padded.set(row, y * (width + 1));
    padded[y * (width + 1) + width] = row[width - 1] as number;
  }
  return { pixels: padded, width: width + 1, height, channels };
}

const widthTag = 256;
const [entryBytes, headBytes] = [12, 2];
const shortType = 3;

/** States the width in all pages of a TIFF, in place: TIFF 6.0, sections 2 and 8. */
export function withTiffWidth(tiff: Buffer, width: number): Buffer {
  const isLittle = tiff[0] === 0x49;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  for (let at = view.getUint32(4, isLittle); at !== 0; ) {
    const end = at + headBytes + view.getUint16(at, isLittle) * entryBytes;
    for (let entry = at + headBytes; entry < end; entry += entryBytes) {
      if (view.getUint16(entry, isLittle) !== widthTag) continue;
      const isShort = view.getUint16(entry + 2, isLittle) === shortType;
      if (isShort) view.setUint16(entry + 8, width, isLittle);
      else view.setUint32(entry + 8, width, isLittle);
    }
    at = view.getUint32(end, isLittle);
  }
  return tiff;
}
