import { crc32 } from 'node:zlib';
import { pngChunks } from './png-chunks.ts';

/**
 * A PNG that ends within its image data, as a file with an end: libpng reads no chunk that is
 * incomplete, even if only checksums are missing. Any other PNG as it is. Missing rows remain
 * missing: libpng rejects image data that end early.
 */
export function closePng(bytes: Uint8Array): Uint8Array {
  const last = [...pngChunks(bytes)].at(-1);
  if (last?.type !== 'IDAT') return bytes;
  const { data, start, end } = last;
  const dataEnd = start + 8 + data.length;
  if (end <= bytes.length) return Buffer.concat([bytes.subarray(0, end), pngChunk('IEND')]);
  const closed = pngChunk('IDAT', data);
  // What is there of the checksum must be right. The length that it covers is not in it.
  const checksum = bytes.subarray(dataEnd);
  const isRight = closed.subarray(-4, closed.length - 4 + checksum.length).equals(checksum);
  if (!isRight) return bytes;
  return Buffer.concat([bytes.subarray(0, start), closed, pngChunk('IEND')]);
}

/** A chunk with its length and checksum: https://www.w3.org/TR/png-3/#5Chunk-layout */
export function pngChunk(type: string, data: Uint8Array = new Uint8Array()): Buffer {
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(data, crc32(type)));
  return Buffer.concat([length, Buffer.from(type, 'latin1'), data, checksum]);
}
