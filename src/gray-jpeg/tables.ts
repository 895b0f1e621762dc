import type { Quantizer } from './jpeg-frame.ts';
import { uint16 } from './segments.ts';

/** A Huffman table as in the file: the number of codes of each length, and their symbols. */
export interface HuffmanDefinition {
  counts: Uint8Array;
  symbols: Uint8Array;
}

/** The tables that are defined at a place in a file. */
export interface JpegTables {
  /** By class and number, as in the file. */
  huffman: Map<number, HuffmanDefinition>;
  quantizers: Map<number, Quantizer>;
}

/**
 * ITU-T T.81, B.2.4.2. A table that libjpeg would reject stays undefined. Returns whether libjpeg accepts
 * the segment.
 */
export function readHuffmanTables(body: Uint8Array, { huffman }: JpegTables): boolean {
  let at = 0;
  let isRegular = true;
  while (at + 17 <= body.length) {
    const kind = body[at] as number;
    const counts = body.subarray(at + 1, at + 17);
    const symbolsAt = at + 17;
    at = symbolsAt + counts.reduce((sum, count) => sum + count, 0);
    if (at <= body.length && areCodes(counts)) {
      huffman.set(kind, { counts, symbols: body.subarray(symbolsAt, at) });
    } else huffman.delete(kind);
    isRegular &&= (kind & ~16) <= maxNumber;
  }
  return isRegular && at === body.length;
}

/** Tables of each class are numbered from 0. */
const maxNumber = 3;

/** Whether there are so many codes of each length: at most 256, and none of ones only. */
function areCodes(counts: Uint8Array): boolean {
  let [code, sum] = [0, 0];
  return counts.every((count, i) => {
    code = code * 2 + count;
    sum += count;
    return sum <= 256 && (count === 0 || code < 2 ** (i + 1));
  });
}

/**
 * ITU-T T.81, B.2.4.1: values of 8 or 16 bits. A table that is cut stays undefined. Returns whether libjpeg
 * accepts the segment.
 */
export function readQuantizers(body: Uint8Array, { quantizers }: JpegTables): boolean {
  let isRegular = true;
  for (let at = 0; at < body.length; ) {
    const kind = body[at] as number;
    const valueBytes = kind >> 4 === 0 ? 1 : 2;
    const end = at + 1 + 64 * valueBytes;
    quantizers.delete(kind & 15);
    if (end > body.length) return false;
    isRegular &&= (kind & 15) <= maxNumber;
    const valueAt = (i: number) => at + 1 + i * valueBytes;
    quantizers.set(
      kind & 15,
      Array.from({ length: 64 }, (_, i) =>
        valueBytes === 1 ? (body[valueAt(i)] as number) : uint16(body, valueAt(i)),
      ),
    );
    at = end;
  }
  return isRegular;
}
