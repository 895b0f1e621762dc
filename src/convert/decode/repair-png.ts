import { Readable } from 'node:stream';
import { crc32, createInflate, deflateSync } from 'node:zlib';
import { pngChunks } from '../formats/png-chunks.ts';

const signatureBytes = 8;
const samplesOf: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const maxFilter = 4;

interface RepairedPng {
  bytes: Uint8Array;
  /** The share of the rows’ data that is missing, below 1. */
  missingShare: number;
}

/**
 * Rebuilds a truncated or damaged PNG from its complete rows. Missing rows become zeros: black, or
 * transparent if there is alpha. libpng alone would lose the last 8 KB, and everything if the image
 * is interlaced. Undefined if no row is complete.
 */
export async function repairPng(bytes: Uint8Array): Promise<RepairedPng | undefined> {
  const chunks = [...pngChunks(bytes)];
  const first = chunks.find(({ type }) => type === 'IDAT');
  if (!first) return undefined;
  const data = chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data);
  const sizes = rowSizes(bytes);
  const rows = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  const completeBytes = countCompleteBytes(rows, sizes, await inflateInto(rows, data));
  if (completeBytes === 0) return undefined;
  rows.fill(0, completeBytes);
  const repaired = Buffer.concat([
    bytes.subarray(0, first.start),
    ...chunk('IDAT', deflateSync(rows, { level: 0 })),
    ...chunk('IEND', new Uint8Array(0)),
  ]);
  return { bytes: repaired, missingShare: 1 - completeBytes / rows.length };
}

/** Sizes in bytes of the rows as stored: https://www.w3.org/TR/png-3/#8Interlace */
function rowSizes(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset + signatureBytes);
  const [width, height] = [view.getUint32(8), view.getUint32(12)];
  const bits = view.getUint8(16) * (samplesOf[view.getUint8(17)] ?? 1);
  const passes = view.getUint8(20) === 1 ? adam7 : singlePass;
  return passes.flatMap(({ x, y, dx, dy }) => {
    const [across, down] = [Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)];
    return across > 0 ? Array(Math.max(0, down)).fill(1 + Math.ceil((across * bits) / 8)) : [];
  });
}

const singlePass = [{ x: 0, y: 0, dx: 1, dy: 1 }];
const adam7 = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
];

/** Returns the number of bytes up to the end or the first error. */
async function inflateInto(rows: Uint8Array, data: Uint8Array[]): Promise<number> {
  let at = 0;
  // Small chunks, because the chunk with the error is lost.
  const inflate = createInflate({ chunkSize: 4_096 });
  try {
    for await (const piece of Readable.from(data).pipe(inflate)) {
      const fitting = (piece as Buffer).subarray(0, rows.length - at);
      rows.set(fitting, at);
      at += fitting.length;
      if (at === rows.length) break;
    }
  } catch {
    // Keeps what was inflated before the error.
  }
  return at;
}

/** Returns the number of bytes of complete rows with valid filters. */
function countCompleteBytes(rows: Uint8Array, sizes: number[], length: number): number {
  let at = 0;
  for (const size of sizes) {
    if (at + size > length || (rows[at] as number) > maxFilter) break;
    at += size;
  }
  return at;
}

function chunk(type: string, data: Uint8Array): Uint8Array[] {
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(data, crc32(type)));
  return [length, Buffer.from(type, 'latin1'), data, checksum];
}
