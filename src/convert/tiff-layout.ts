const photometricTag = 262;
const tileWidthTag = 322;

/** Whether the first page of a TIFF is stored in tiles rather than in strips: TIFF 6.0, section 15. */
export function isTiledTiff(bytes: Uint8Array): boolean {
  return firstValue(bytes, tileWidthTag) !== undefined;
}

/** Whether the first page of a TIFF counts up from white: TIFF 6.0, section 8. */
export function isWhiteZeroTiff(bytes: Uint8Array): boolean {
  return firstValue(bytes, photometricTag) === 0;
}

/**
 * The first page’s value of a tag that holds one SHORT or LONG, if the tag is there: TIFF 6.0,
 * section 2. BigTIFF is the same with wider numbers.
 */
function firstValue(bytes: Uint8Array, tag: number): number | undefined {
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
    if (numberAt(entry, 2) !== tag) continue;
    const isShort = numberAt(entry + 2, 2) === 3;
    return numberAt(entry + (isBigTiff ? 12 : 8), isShort ? 2 : 4);
  }
  return undefined;
}
