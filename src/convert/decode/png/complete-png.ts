import { Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import type { Deadline } from '../../deadline.ts';
import { pngChunk } from '../../formats/close-png.ts';
import { pngChunks } from '../../formats/png-chunks.ts';
import { maxFilter, pngRowSizes } from './png-rows.ts';

/** Method and flags of a zlib stream, before its data: RFC 1950, 2.2. */
const zlibHeaderBytes = 2;

/**
 * A PNG that has all of its rows and lacks only the checksum of its image data, with that checksum;
 * undefined for any other. Libpng rejects it, or loses it if it is interlaced. Checksums that are
 * there must be right. Throws only after the deadline.
 */
export async function completePng(
  bytes: Uint8Array,
  deadline: Deadline,
): Promise<Uint8Array | undefined> {
  const chunks = [...pngChunks(bytes)].filter(({ type }) => type !== 'IEND');
  const first = chunks.find(({ type }) => type === 'IDAT');
  if (!first || !chunks.every((chunk) => hasChecksum(bytes, chunk))) return undefined;
  const data = chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data);
  const missing = await missingChecksum(data, pngRowSizes(bytes), deadline);
  if (!missing) return undefined;
  const complete = pngChunk('IDAT', Buffer.concat([...data, missing]));
  return Buffer.concat([bytes.subarray(0, first.start), complete, pngChunk('IEND')]);
}

function hasChecksum(bytes: Uint8Array, { start, end }: { start: number; end: number }): boolean {
  if (end > bytes.length) return false;
  const { buffer, byteOffset } = bytes;
  return (
    crc32(bytes.subarray(start + 4, end - 4)) ===
    new DataView(buffer, byteOffset).getUint32(end - 4)
  );
}

/** The bytes that the checksum lacks; undefined if anything else is missing or wrong. */
async function missingChecksum(
  data: Uint8Array[],
  sizes: number[],
  deadline: Deadline,
): Promise<Uint8Array | undefined> {
  const rows = rowChecker(sizes);
  // Without its header, a stream has no checksum.
  const inflate = createInflateRaw({ chunkSize: 2 ** 16 });
  try {
    for await (const piece of Readable.from(skip(data, zlibHeaderBytes)).pipe(inflate)) {
      deadline.check();
      if (!rows.add(piece as Buffer)) return undefined;
    }
  } catch {
    deadline.check();
    return undefined;
  }
  if (!rows.areComplete()) return undefined;
  const stored = Buffer.concat([...skip(data, zlibHeaderBytes + inflate.bytesWritten)]);
  const checksum = rows.checksum();
  const isPart = stored.length < 4 && checksum.subarray(0, stored.length).equals(stored);
  return isPart ? checksum.subarray(stored.length) : undefined;
}

function* skip(data: Uint8Array[], count: number): Generator<Uint8Array> {
  let left = count;
  for (const piece of data) {
    if (piece.length > left) yield piece.subarray(left);
    left = Math.max(0, left - piece.length);
  }
}

/** Takes the inflated bytes of rows; `add` returns whether they can be those. */
function rowChecker(sizes: number[]) {
  let [length, row, nextFilter] = [0, 0, 0];
  let [a, b] = [1, 0];
  return {
    add(piece: Uint8Array): boolean {
      for (; row < sizes.length && nextFilter < length + piece.length; row++) {
        if ((piece[nextFilter - length] as number) > maxFilter) return false;
        nextFilter += sizes[row] as number;
      }
      length += piece.length;
      // Adler-32: RFC 1950, 8.2.
      for (const byte of piece) {
        a = (a + byte) % 65_521;
        b = (b + a) % 65_521;
      }
      return true;
    },
    areComplete: () => row === sizes.length && length === nextFilter,
    checksum() {
      const checksum = Buffer.alloc(4);
      checksum.writeUInt16BE(b);
      checksum.writeUInt16BE(a, 2);
      return checksum;
    },
  };
}
