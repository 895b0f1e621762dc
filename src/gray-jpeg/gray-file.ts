import type { Quantizer } from './jpeg-frame.ts';
import type { HuffmanDefinition } from './tables.ts';

interface GrayFile {
  width: number;
  height: number;
  quantizer: Quantizer;
  dc: HuffmanDefinition;
  ac: HuffmanDefinition;
  /** Whole segments that follow the start of the file, for example APP0. */
  segments: readonly Uint8Array[];
}

/** Everything before the data of a JPEG with one component in one scan: ITU-T T.81, B.2. */
export function fileStart({ width, height, quantizer, dc, ac, segments }: GrayFile): Uint8Array {
  const isDeep = quantizer.some((value) => value > 255);
  const values = quantizer.flatMap((value) => (isDeep ? bytesOf(value) : [value]));
  // Baseline has only quantization tables of 8 bits.
  const frame = isDeep ? 0xc1 : 0xc0;
  return Buffer.concat([
    Buffer.of(0xff, 0xd8),
    ...segments,
    segment(0xdb, [isDeep ? 0x10 : 0, ...values]),
    segment(frame, [8, ...bytesOf(height), ...bytesOf(width), 1, 1, 0x11, 0]),
    segment(0xc4, [0x00, ...dc.counts, ...dc.symbols, 0x10, ...ac.counts, ...ac.symbols]),
    segment(0xda, [1, 1, 0x00, 0, 63, 0]),
  ]);
}

export const fileEnd = Uint8Array.of(0xff, 0xd9);

/** A segment with its marker and length: ITU-T T.81, B.1.1.4. */
function segment(marker: number, body: readonly number[]): Buffer {
  return Buffer.from([0xff, marker, ...bytesOf(body.length + 2), ...body]);
}

function bytesOf(value: number): [high: number, low: number] {
  return [value >> 8, value & 255];
}
