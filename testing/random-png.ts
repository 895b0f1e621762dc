// Writes PNGs of random pixels with any filters, any kinds of deflate blocks and any division into chunks.
import { constants, crc32, deflateRawSync, deflateSync } from 'node:zlib';
import { mulberry32 } from '../src/convert/gray/mulberry32.ts';

export interface PngKind {
  /** https://www.w3.org/TR/png-3/#6Colour-values */
  colourType: 0 | 2 | 3 | 4 | 6;
  depth: 1 | 2 | 4 | 8 | 16;
  /** A palette with alpha. */
  hasAlpha?: boolean;
}

/** All kinds of pixels that a PNG can have, except one transparent colour. */
export const pngKinds: PngKind[] = [
  ...([1, 2, 4, 8, 16] as const).map((depth) => ({ colourType: 0, depth }) as const),
  ...([8, 16] as const).map((depth) => ({ colourType: 2, depth }) as const),
  ...([1, 2, 4, 8] as const).map((depth) => ({ colourType: 3, depth }) as const),
  ...([1, 2, 4, 8] as const).map((depth) => ({ colourType: 3, depth, hasAlpha: true }) as const),
  ...([8, 16] as const).map((depth) => ({ colourType: 4, depth }) as const),
  ...([8, 16] as const).map((depth) => ({ colourType: 6, depth }) as const),
];

export interface RandomPngOptions {
  kind?: PngKind;
  width?: number;
  height?: number;
  /** One of PNG’s filters for all rows; without it, each has its own. */
  filter?: number;
  /** Changes the compressed data before they are divided into chunks. */
  damage?: (data: Buffer) => Buffer;
}

export const samplesPerPixel = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const;

type Below = (max: number) => number;

/** The same seed always gives the same file. */
export function randomPng(seed: number, options: RandomPngOptions = {}): Buffer {
  const random = mulberry32(seed);
  const below: Below = (max) => Math.floor(random() * max);
  const kind = options.kind ?? (pngKinds[below(pngKinds.length)] as PngKind);
  const { width = 1 + below(70), height = 1 + below(40), damage = (data) => data } = options;
  const { colourType, depth } = kind;
  const bits = samplesPerPixel[colourType] * depth;
  const rowBytes = Math.ceil((width * bits) / 8);
  const entries = colourType === 3 ? 2 ** depth : 0;
  const rows = paint(below, rowBytes, height);
  // Any, one for all rows, or mostly Paeth’s, which is decoded several rows at a time.
  const filters = [[0, 1, 2, 3, 4], [below(5)], [4, 4, 4, 4, 4, 4, below(5)]][below(3)] ?? [];
  const filter = () => options.filter ?? filters[below(filters.length)] ?? 0;
  const filtered = filterRows(rows, { rowBytes, step: Math.ceil(bits / 8), filter });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colourType, 0, 0, 0], 8);
  const alphas = 1 + below(entries);
  return pngOf([
    ['IHDR', header],
    ...(below(3) === 0 ? ([['tIME', Buffer.from([7, 232, 1, 2, 3, 4, 5])]] as Chunk[]) : []),
    ...(entries ? ([['PLTE', bytesBelow(below, 3 * entries)]] as Chunk[]) : []),
    ...(kind.hasAlpha ? ([['tRNS', bytesBelow(below, alphas)]] as Chunk[]) : []),
    ...inChunks(damage(compress(filtered, below)), below),
    ...(below(3) === 0 ? ([['tEXt', Buffer.from('Title\0text')]] as Chunk[]) : []),
    ['IEND', Buffer.alloc(0)],
  ]);
}

export type Chunk = [type: string, data: Buffer];

const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

export function pngOf(chunks: Chunk[]): Buffer {
  const parts = chunks.flatMap(([type, data]) => {
    const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    length.writeUInt32BE(data.length);
    checksum.writeUInt32BE(crc32(body));
    return [length, body, checksum];
  });
  return Buffer.concat([signature, ...parts]);
}

function bytesBelow(below: Below, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => below(256)));
}

/** Content that compresses in different ways. */
function paint(below: Below, rowBytes: number, height: number): Buffer[] {
  const content = below(5);
  const period = 1 + below(40);
  const base = below(256);
  const paints: ((x: number, y: number) => number)[] = [
    () => below(256),
    () => base,
    (x, y) => (x % period) * 7 + (y >> 3),
    (x, y) => x + 2 * y + below(4),
    // Values of very different frequency, for long codes.
    () => base + Math.floor(-Math.log2(below(65_536) / 65_536 + 2 ** -17)) * 3,
  ];
  return Array.from({ length: height }, (_, y) =>
    Buffer.from(Array.from({ length: rowBytes }, (_, x) => (paints[content]?.(x, y) ?? 0) & 255)),
  );
}

interface FilterOptions {
  rowBytes: number;
  step: number;
  filter(): number;
}

/** https://www.w3.org/TR/png-3/#9Filters */
function filterRows(rows: Buffer[], { rowBytes, step, filter }: FilterOptions): Buffer {
  let above: Buffer = Buffer.alloc(rowBytes);
  const parts = rows.map((row) => {
    const type = filter();
    const filtered = row.map((value, i) => {
      const a = i < step ? 0 : (row[i - step] as number);
      const b = above[i] as number;
      const c = i < step ? 0 : (above[i - step] as number);
      return value - ([0, a, b, (a + b) >> 1, paeth(a, b, c)][type] ?? 0);
    });
    above = row;
    return Buffer.concat([Buffer.from([type]), filtered]);
  });
  return Buffer.concat(parts);
}

function paeth(a: number, b: number, c: number): number {
  const estimate = a + b - c;
  const [toA, toB, toC] = [a, b, c].map((n) => Math.abs(estimate - n)) as [number, number, number];
  if (toA <= toB && toA <= toC) return a;
  return toB <= toC ? b : c;
}

/** A zlib stream with blocks of any type. */
function compress(data: Buffer, below: Below): Buffer {
  const options = () => ({
    level: below(10),
    strategy: below(5),
    memLevel: 1 + below(9),
    windowBits: 9 + below(7),
  });
  if (below(2) === 0) return deflateSync(data, options());
  const parts: Buffer[] = [Buffer.from([0x78, 0x9c])];
  for (let at = 0; at < data.length; ) {
    const size = below(2) === 0 ? below(20) : below(data.length);
    // Ends with an empty stored block.
    const part = data.subarray(at, at + size);
    parts.push(deflateRawSync(part, { ...options(), finishFlush: constants.Z_SYNC_FLUSH }));
    at += size;
  }
  return Buffer.concat([...parts, deflateRawSync(Buffer.alloc(0)), adler32(data)]);
}

/** RFC 1950, 8.2. */
function adler32(data: Buffer): Buffer {
  let [a, b] = [1, 0];
  for (const byte of data) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  const checksum = Buffer.alloc(4);
  checksum.writeUInt16BE(b);
  checksum.writeUInt16BE(a, 2);
  return checksum;
}

/** Chunks of one size, of any size or empty, or a single one. */
function inChunks(data: Buffer, below: Below): Chunk[] {
  const division = below(4);
  const size = 1 + below(12);
  const sizes = [() => data.length, () => size, () => below(data.length + 1), () => below(3)];
  const chunks: Chunk[] = [];
  for (let at = 0; at < data.length; ) {
    const next = sizes[division]?.() ?? 1;
    chunks.push(['IDAT', data.subarray(at, at + next)]);
    at += next;
  }
  return chunks;
}
