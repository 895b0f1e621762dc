import { crc32 } from 'node:zlib';

/** What the chunks of a PNG say about its rows. */
export interface PngFile {
  width: number;
  height: number;
  depth: number;
  /** https://www.w3.org/TR/png-3/#6Colour-values */
  colourType: number;
  /** Entries of three bytes. */
  palette?: Uint8Array;
  /** The alpha of the first entries of the palette. */
  alpha?: Uint8Array;
  /** Where the first chunk with image data begins. */
  dataStart: number;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const headerBytes = 13;

/** Bits per sample that each colour type may have. */
const depths: Record<number, readonly number[]> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/**
 * Reads the chunks of a PNG and compares their checksums. Undefined if one is wrong, missing or in the
 * wrong place, if the file is interlaced, or if one colour is declared transparent.
 */
export function readPngFile(bytes: Uint8Array): PngFile | undefined {
  if (!signature.every((byte, i) => bytes[i] === byte)) return undefined;
  const view = viewOf(bytes);
  const header = readChunk(view, signature.length);
  if (header?.type !== 'IHDR' || header.data.length !== headerBytes) return undefined;
  const file = readHeader(header.data);
  return file && readRest(view, file, header.end);
}

interface Chunk {
  type: string;
  data: Uint8Array;
  end: number;
}

/** The chunk at an offset; undefined if it is truncated or its checksum is wrong. */
function readChunk(view: DataView, start: number): Chunk | undefined {
  if (start + 12 > view.byteLength) return undefined;
  const dataEnd = start + 8 + view.getUint32(start);
  if (dataEnd + 4 > view.byteLength) return undefined;
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  if (crc32(bytes.subarray(start + 4, dataEnd)) !== view.getUint32(dataEnd)) return undefined;
  return {
    type: typeAt(view, start),
    data: bytes.subarray(start + 8, dataEnd),
    end: dataEnd + 4,
  };
}

function typeAt(view: DataView, start: number): string {
  return String.fromCharCode(...[4, 5, 6, 7].map((offset) => view.getUint8(start + offset)));
}

function readHeader(data: Uint8Array): PngFile | undefined {
  const view = viewOf(data);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colourType, ...methods] = data.subarray(8) as unknown as [number, number];
  const isKnown = depths[colourType]?.includes(depth) ?? false;
  // Compression, filters and interlacing.
  const isPlain = methods.every((method) => method === 0);
  if (width === 0 || height === 0 || !isKnown || !isPlain) return undefined;
  return { width, height, depth, colourType, dataStart: 0 };
}

/** Order of the chunks: https://www.w3.org/TR/png-3/#5ChunkOrdering */
function readRest(view: DataView, file: PngFile, start: number): PngFile | undefined {
  let isDataOver = false;
  for (let at = start; ; ) {
    const chunk = readChunk(view, at);
    if (!chunk) return undefined;
    const { type, data, end } = chunk;
    if (type === 'IEND') return data.length === 0 && file.dataStart > 0 ? file : undefined;
    if (type === 'IDAT') {
      if (isDataOver) return undefined;
      file.dataStart ||= at;
    } else {
      isDataOver = file.dataStart > 0;
      if (type === 'PLTE' || type === 'tRNS') {
        if (isDataOver || !(type === 'PLTE' ? setPalette : setAlpha)(file, data)) return undefined;
      } else if (isCritical(type)) return undefined;
    }
    at = end;
  }
}

/** A chunk whose name begins with a capital must not be ignored. */
function isCritical(type: string): boolean {
  return (type.charCodeAt(0) & 32) === 0;
}

function setPalette(file: PngFile, data: Uint8Array): boolean {
  const { colourType, depth } = file;
  const entries = data.length / 3;
  const max = colourType === 3 ? 2 ** depth : 256;
  if (file.palette || file.alpha || !Number.isInteger(entries) || entries < 1) return false;
  // Without an index, it is a suggestion.
  if (entries > max || (colourType & 2) === 0) return false;
  file.palette = data;
  return true;
}

function setAlpha(file: PngFile, data: Uint8Array): boolean {
  const { colourType, palette, alpha } = file;
  if (colourType !== 3 || !palette || alpha) return false;
  if (data.length < 1 || data.length > palette.length / 3) return false;
  file.alpha = data;
  return true;
}

/** The image data of consecutive chunks, from an offset; their checksums were compared. */
export function* imageData(bytes: Uint8Array, start: number): Generator<Uint8Array> {
  const view = viewOf(bytes);
  for (let at = start; typeAt(view, at) === 'IDAT'; ) {
    const dataEnd = at + 8 + view.getUint32(at);
    yield bytes.subarray(at + 8, dataEnd);
    at = dataEnd + 4;
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
