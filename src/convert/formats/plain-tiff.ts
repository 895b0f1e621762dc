import { tiffDirectories } from './tiff-layout.ts';

/**
 * The tags that say how pixels are stored, in ascending order: TIFF 6.0, Technical Note 2, and the
 * ICC profile.
 */
const pixelTags = [
  254, 255, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 284, 292, 293, 317, 320, 321,
  322, 323, 324, 325, 332, 333, 334, 336, 338, 339, 347, 512, 513, 514, 515, 517, 518, 519, 520,
  521, 529, 530, 532, 34_675,
];

/**
 * Copies a TIFF and gives its pages directories that say nothing but how their pixels are stored.
 * libtiff warns of unknown, unsorted and odd tags as it warns of damaged pixels; of these it warns
 * only if the pixels are damaged.
 */
export function plainTiff(bytes: Uint8Array): Uint8Array {
  const isLittle = bytes[0] === 0x49;
  const isBig = bytes[isLittle ? 2 : 3] === 43;
  const wordSize = isBig ? 8 : 4;
  const number = (value: number, size: number) => {
    const field = new Uint8Array(size);
    const view = new DataView(field.buffer);
    if (size === 2) view.setUint16(0, value, isLittle);
    else view.setUint32(isLittle ? 0 : size - 4, value, isLittle);
    return field;
  };

  // Directories begin at even offsets.
  let at = bytes.length + (bytes.length & 1);
  const parts = [bytes, new Uint8Array(bytes.length & 1)];
  const firstAt = number(at, wordSize);
  for (const { isPage, entry } of tiffDirectories(bytes)) {
    if (!isPage) continue;
    const entries = pixelTags.map(entry).filter((stored) => stored !== undefined);
    const count = number(entries.length, isBig ? 8 : 2);
    const size = count.length + entries.length * (isBig ? 20 : 12) + wordSize;
    at += size;
    parts.push(count, ...entries, number(at, wordSize));
  }
  parts.splice(-1, 1, new Uint8Array(wordSize));
  const copy = Buffer.concat(parts);
  copy.set(firstAt, isBig ? 8 : 4);
  return copy;
}
