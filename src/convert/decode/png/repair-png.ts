import { Readable } from 'node:stream';
import { createInflate, deflateSync } from 'node:zlib';
import { pngChunk } from '../../formats/close-png.ts';
import { pngChunks } from '../../formats/png-chunks.ts';
import { maxFilter, pngRowSizes } from './png-rows.ts';

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
  const sizes = pngRowSizes(bytes);
  const rows = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  const completeBytes = countCompleteBytes(rows, sizes, await inflateInto(rows, data));
  if (completeBytes === 0) return undefined;
  rows.fill(0, completeBytes);
  const repaired = Buffer.concat([
    bytes.subarray(0, first.start),
    pngChunk('IDAT', deflateSync(rows, { level: 0 })),
    pngChunk('IEND'),
  ]);
  return { bytes: repaired, missingShare: 1 - completeBytes / rows.length };
}

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
