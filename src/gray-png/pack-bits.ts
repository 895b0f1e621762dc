/** Gray with 8 bits per sample, of which the upper `depth` are used. */
interface Unpacked {
  pixels: Uint8Array;
  width: number;
  height: number;
  depth: 1 | 2 | 4;
}

/** Rows of packed samples, the first one in the highest bits, each padded to a whole byte. */
interface Packed {
  bytes: Uint8Array;
  /** Bytes of a row. */
  width: number;
  height: number;
}

/** Packs samples as PNG stores them: https://www.w3.org/TR/png-3/#7Integers-and-byte-order */
export function packBits({ pixels, width, height, depth }: Unpacked): Packed {
  const perByte = 8 / depth;
  const rowBytes = Math.ceil(width / perByte);
  const bytes = new Uint8Array(rowBytes * height);
  const unused = 8 - depth;
  for (let y = 0, at = 0, into = 0; y < height; y++) {
    const end = at + width;
    for (; at < end; into++) {
      let byte = 0;
      let shift = unused;
      for (const last = Math.min(at + perByte, end); at < last; at++, shift -= depth) {
        byte |= ((pixels[at] as number) >> unused) << shift;
      }
      bytes[into] = byte;
    }
  }
  return { bytes, width: rowBytes, height };
}
