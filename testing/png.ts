import { crc32, deflateSync, inflateSync } from 'node:zlib';

// Builds and reads PNG files, so that the product's inputs and outputs are checked without its own
// decoder. https://www.w3.org/TR/png-3/

const colourTypes = { gray: 0, rgb: 2, palette: 3, grayAlpha: 4, rgba: 6 } as const;

export type ColourType = keyof typeof colourTypes;

const samplesPerPixel: Record<ColourType, number> = {
  gray: 1,
  rgb: 3,
  palette: 1,
  grayAlpha: 2,
  rgba: 4,
};

const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

interface PngParts {
  width: number;
  height: number;
  colourType: ColourType;
  /** Bits per sample: 1, 2, 4, 8 or 16. */
  depth?: number;
  /** Rows from top to bottom, each padded to whole bytes. */
  rows: Uint8Array;
  /** Chunks between the header and the image data. */
  chunks?: [type: string, data: Uint8Array][];
  /** Chunks after the image data. */
  after?: [type: string, data: Uint8Array][];
}

/** A PNG file without filters. */
export function buildPng({ depth = 8, chunks = [], after = [], ...parts }: PngParts): Buffer {
  const { width, height, colourType, rows } = parts;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colourTypes[colourType], 0, 0, 0], 8);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    ...chunks.map(([type, data]) => chunk(type, data)),
    chunk('IDAT', deflateSync(withoutFilter(rows, height))),
    ...after.map(([type, data]) => chunk(type, data)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function withoutFilter(rows: Uint8Array, height: number): Buffer {
  if (rows.length === 0) return Buffer.alloc(0);
  const rowBytes = rows.length / height;
  const filtered = Buffer.alloc(rows.length + height);
  for (let y = 0; y < height; y++) {
    filtered.set(rows.subarray(y * rowBytes, (y + 1) * rowBytes), y * (rowBytes + 1) + 1);
  }
  return filtered;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

export interface ParsedPng {
  width: number;
  height: number;
  depth: number;
  colourType: ColourType;
  /** Types of all chunks, in order. */
  chunkTypes: string[];
  pixels: Uint8Array;
}

/** Reads an 8-bit PNG that is not interlaced. Throws for any other PNG and for a wrong checksum. */
export function parsePng(bytes: Uint8Array): ParsedPng {
  const chunks = chunksOf(Buffer.from(bytes));
  const header = chunks[0]?.data ?? Buffer.alloc(13);
  const [width, height, depth] = [header.readUInt32BE(0), header.readUInt32BE(4), header[8]];
  const [colourType] =
    (Object.entries(colourTypes) as [ColourType, number][]).find(([, n]) => n === header[9]) ?? [];
  if (depth !== 8 || colourType === undefined || header[12] !== 0) {
    throw new Error('Expected a PNG of 8 bits that is not interlaced');
  }
  const data = inflateSync(
    Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data)),
  );
  return {
    width,
    height,
    depth,
    colourType,
    chunkTypes: chunks.map(({ type }) => type),
    pixels: unfilter(data, width * samplesPerPixel[colourType], samplesPerPixel[colourType]),
  };
}

function chunksOf(png: Buffer): { type: string; data: Buffer }[] {
  if (!png.subarray(0, 8).equals(signature)) throw new Error('Expected the signature of a PNG');
  const chunks: { type: string; data: Buffer }[] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const body = png.subarray(at + 4, at + 8 + length);
    const type = body.toString('latin1', 0, 4);
    if (crc32(body) !== png.readUInt32BE(at + 8 + length)) {
      throw new Error(`Wrong checksum of ${type}`);
    }
    chunks.push({ type, data: body.subarray(4) });
    at += 12 + length;
  }
  return chunks;
}

function unfilter(data: Buffer, rowBytes: number, pixelBytes: number): Uint8Array {
  const height = data.length / (rowBytes + 1);
  const pixels = new Uint8Array(rowBytes * height);
  for (let y = 0; y < height; y++) {
    const filter = data[y * (rowBytes + 1)];
    for (let x = 0; x < rowBytes; x++) {
      const at = y * rowBytes + x;
      const left = x >= pixelBytes ? (pixels[at - pixelBytes] ?? 0) : 0;
      const up = pixels[at - rowBytes] ?? 0;
      const upLeft = x >= pixelBytes ? (pixels[at - rowBytes - pixelBytes] ?? 0) : 0;
      const raw = data[y * (rowBytes + 1) + 1 + x] ?? 0;
      pixels[at] = raw + predicted(filter, left, up, upLeft);
    }
  }
  return pixels;
}

function predicted(filter: number | undefined, left: number, up: number, upLeft: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter === 4) return paeth(left, up, upLeft);
  throw new Error(`Expected a filter from 0 to 4 but received ${filter}`);
}

function paeth(left: number, up: number, upLeft: number): number {
  const estimate = left + up - upLeft;
  const [byLeft, byUp, byUpLeft] = [left, up, upLeft].map((n) => Math.abs(estimate - n)) as [
    number,
    number,
    number,
  ];
  if (byLeft <= byUp && byLeft <= byUpLeft) return left;
  return byUp <= byUpLeft ? up : upLeft;
}
