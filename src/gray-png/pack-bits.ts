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
  const rowBytes = Math.ceil((width * depth) / 8);
  const bytes = new Uint8Array(rowBytes * height);
  const from = new DataView(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const pack = packers[depth];
  const inEights = width - (width % 8);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const into = bytes.subarray(y * rowBytes, (y + 1) * rowBytes);
    pack(from, row, row + inEights, into);
    packRest(
      pixels.subarray(row + inEights, row + width),
      into.subarray((inEights * depth) / 8),
      depth,
    );
  }
  return { bytes, width: rowBytes, height };
}

type Pack = (from: DataView, start: number, end: number, into: Uint8Array) => void;

/** Packs eight samples into `depth` bytes: neighbours are joined first, then pairs of them. */
const packers: Record<Unpacked['depth'], Pack> = {
  1: (from, start, end, into) => {
    const fourOf = (word: number) => {
      const pairs = (((word >>> 7) & 0x01010101) | ((word >>> 14) & 0x00020002)) & 0x00030003;
      return (pairs | (pairs >>> 14)) & 0x0f;
    };
    for (let at = start, i = 0; at < end; at += 8) {
      into[i++] = (fourOf(from.getInt32(at)) << 4) | fourOf(from.getInt32(at + 4));
    }
  },
  2: (from, start, end, into) => {
    for (let at = start, i = 0; at < end; at += 4) {
      const word = from.getInt32(at);
      const pairs = ((word >>> 6) & 0x00030003) | ((word >>> 12) & 0x000c000c);
      into[i++] = pairs | (pairs >>> 12);
    }
  },
  4: (from, start, end, into) => {
    for (let at = start, i = 0; at < end; at += 4) {
      const word = from.getInt32(at);
      into[i++] = ((word >>> 24) & 0xf0) | ((word >>> 20) & 0x0f);
      into[i++] = ((word >>> 8) & 0xf0) | ((word >>> 4) & 0x0f);
    }
  },
};

/** Packs the last samples of a row, fewer than eight. */
function packRest(samples: Uint8Array, into: Uint8Array, depth: Unpacked['depth']): void {
  for (let i = 0; i < samples.length; i++) {
    const bit = i * depth;
    const byte = bit >> 3;
    const packed = ((samples[i] as number) >> (8 - depth)) << (8 - depth - (bit & 7));
    into[byte] = (into[byte] as number) | packed;
  }
}
