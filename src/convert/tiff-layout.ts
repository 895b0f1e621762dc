const tileWidthTag = 322;

/**
 * Whether the first page of a TIFF is stored in tiles rather than in strips: TIFF 6.0, sections 2
 * and 15. BigTIFF is the same with wider numbers.
 */
export function isTiledTiff(bytes: Uint8Array): boolean {
  const isLittleEndian = bytes[0] === 0x49;
  const isBigTiff = bytes[isLittleEndian ? 2 : 3] === 43;
  const [countSize, entrySize] = isBigTiff ? [8, 20] : [2, 12];

  // Bytes past the end count as zero: a directory that is cut off is the decoder's to refuse.
  const numberAt = (at: number, size: number) => {
    let value = 0;
    for (let i = 0; i < size; i++) {
      value = value * 256 + (bytes[isLittleEndian ? at + size - 1 - i : at + i] ?? 0);
    }
    return value;
  };

  const directory = isBigTiff ? numberAt(8, 8) : numberAt(4, 4);
  const first = directory + countSize;
  const end = Math.min(first + numberAt(directory, countSize) * entrySize, bytes.length);
  for (let entry = first; entry < end; entry += entrySize) {
    if (numberAt(entry, 2) === tileWidthTag) return true;
  }
  return false;
}
