import { Readable } from 'node:stream';
import { crc32, createInflate, deflateSync } from 'node:zlib';
import { pngChunks } from '../formats/png-chunks.ts';

const signatureBytes = 8;
const samplesOf: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const lastFilter = 4;

/**
 * A whole PNG of one that is cut off or damaged in its pixels: of every row that arrived whole, and
 * zeros for the others, which are black, or clear where there is alpha. libpng alone would give up
 * the last 8 KB of what is there, and all of it where it is interlaced. Undefined where not one row
 * arrived.
 */
export async function mendPng(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  const chunks = [...pngChunks(bytes)];
  const first = chunks.find(({ type }) => type === 'IDAT');
  if (!first) return undefined;
  const data = chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data);
  const sizes = rowSizes(bytes);
  const rows = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  const there = wholeRows(rows, sizes, await inflateInto(rows, data));
  if (there === 0) return undefined;
  rows.fill(0, there);
  return Buffer.concat([
    bytes.subarray(0, first.start),
    ...chunk('IDAT', deflateSync(rows, { level: 0 })),
    ...chunk('IEND', new Uint8Array(0)),
  ]);
}

/** In bytes, of the rows as they are stored: https://www.w3.org/TR/png-3/#8Interlace */
function rowSizes(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset + signatureBytes);
  const [width, height] = [view.getUint32(8), view.getUint32(12)];
  const bits = view.getUint8(16) * (samplesOf[view.getUint8(17)] ?? 1);
  const passes = view.getUint8(20) === 1 ? adam7 : whole;
  return passes.flatMap(({ x, y, dx, dy }) => {
    const [across, down] = [Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)];
    return across > 0 ? Array(Math.max(0, down)).fill(1 + Math.ceil((across * bits) / 8)) : [];
  });
}

const whole = [{ x: 0, y: 0, dx: 1, dy: 1 }];
const adam7 = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
];

/** Returns how many bytes there are, up to the end or the first fault. */
async function inflateInto(rows: Uint8Array, data: Uint8Array[]): Promise<number> {
  let at = 0;
  // Small pieces: the one in which a fault is found is lost.
  const inflate = createInflate({ chunkSize: 4_096 });
  try {
    for await (const piece of Readable.from(data).pipe(inflate)) {
      const fitting = (piece as Buffer).subarray(0, rows.length - at);
      rows.set(fitting, at);
      at += fitting.length;
      if (at === rows.length) break;
    }
  } catch {
    // What came before the fault is what there is.
  }
  return at;
}

/** How many bytes of whole rows there are, each with a filter that exists. */
function wholeRows(rows: Uint8Array, sizes: number[], length: number): number {
  let at = 0;
  for (const size of sizes) {
    if (at + size > length || (rows[at] as number) > lastFilter) break;
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
