import { crc32 } from 'node:zlib';
import { fieldsAt, sidesAt, u32 } from './number-field.ts';
import type { Part, Structure } from './structure.ts';

/** Chunks: https://www.w3.org/TR/png-3/#5Chunk-layout */
export function pngStructure(bytes: Buffer): Structure {
  const parts = chunksOf(bytes);
  const numbers = parts.flatMap(({ start, end }) => [
    ...fieldsAt(start, 'big', [4]),
    ...(bytes.toString('latin1', start + 4, start + 8) === 'IHDR'
      ? [...sidesAt(start + 8, 'big', 4), ...fieldsAt(start + 16, 'big', [1, 1, 1, 1, 1])]
      : fieldsAt(start + 8, 'big', [4, 4, 2, 1, 1]).filter(({ at }) => at < end - 4)),
  ]);
  return { parts, numbers };
}

/** Without it, nearly every mutation would end at a checksum. */
export function withRightChecksums(bytes: Buffer): Buffer {
  const repaired = Buffer.from(bytes);
  for (const { start, end } of chunksOf(bytes)) {
    repaired.writeUInt32BE(crc32(repaired.subarray(start + 4, end - 4)), end - 4);
  }
  return repaired;
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
