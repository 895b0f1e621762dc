import { constants, crc32, deflateSync, inflateSync } from 'node:zlib';
import { fieldsAt, sidesAt, u32 } from './number-field.ts';
import type { Part, Structure } from './structure.ts';

/** Chunks: https://www.w3.org/TR/png-3/#5Chunk-layout */
export function pngStructure(bytes: Buffer): Structure {
  const parts = chunksOf(bytes);
  const numbers = parts.flatMap(({ start, end }) => [
    ...fieldsAt(start, 'big', [4]),
    ...(typeOf(bytes, { start, end }) === 'IHDR'
      ? [...sidesAt(start + 8, 'big', 4), ...fieldsAt(start + 16, 'big', [1, 1, 1, 1, 1])]
      : fieldsAt(start + 8, 'big', [4, 4, 2, 1, 1]).filter(({ at }) => at < end - 4)),
  ]);
  return { parts, numbers };
}

/** Without it, nearly every mutation would be rejected by a checksum. */
export function withRightChecksums(bytes: Buffer): Buffer {
  const repaired = Buffer.from(bytes);
  for (const { start, end } of chunksOf(bytes)) {
    repaired.writeUInt32BE(crc32(repaired.subarray(start + 4, end - 4)), end - 4);
  }
  return repaired;
}

/** Decompresses the pixel data, changes it, and compresses it again into one chunk. */
export function withChangedPixels(bytes: Buffer, change: (rows: Buffer) => Buffer): Buffer {
  const data = chunksOf(bytes).filter((chunk) => typeOf(bytes, chunk) === 'IDAT');
  const [first, last] = [data[0], data.at(-1)];
  if (!first || !last) return bytes;
  const packed = Buffer.concat(data.map(({ start, end }) => bytes.subarray(start + 8, end - 4)));
  const body = deflateSync(change(unpacked(packed)));
  const chunk = Buffer.concat([Buffer.alloc(8), body, Buffer.alloc(4)]);
  chunk.writeUInt32BE(body.length);
  chunk.write('IDAT', 4, 'latin1');
  return Buffer.concat([bytes.subarray(0, first.start), chunk, bytes.subarray(last.end)]);
}

/** As much as can be decompressed. */
function unpacked(packed: Buffer): Buffer {
  try {
    return inflateSync(packed, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1e6 });
  } catch {
    return Buffer.alloc(100);
  }
}

function typeOf(bytes: Buffer, { start }: Part): string {
  return bytes.toString('latin1', start + 4, start + 8);
}

function chunksOf(bytes: Buffer): Part[] {
  const chunks: Part[] = [];
  for (let start = 8; start + 12 <= bytes.length; ) {
    const end = start + 12 + u32(bytes, start);
    if (end > bytes.length) break;
    chunks.push({ start, end });
    start = end;
  }
  return chunks;
}
