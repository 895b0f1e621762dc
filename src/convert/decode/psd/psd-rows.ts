import { byteReader, bytesAt, checkRange } from '../byte-reader.ts';
import { corrupt, unsupported } from '../file-decoder.ts';
import type { Psd } from './psd-header.ts';

/** Returns the bytes of one channel’s rows from top to bottom; valid until the next call. */
type NextRow = () => Uint8Array;

const compressions: Record<number, string> = {
  2: 'ZIP compression',
  3: 'ZIP compression and prediction',
};

const what = 'pixel data';

/**
 * Returns a row reader for each channel. Rejects an image whose pixels cannot fit in the file,
 * before allocating anything.
 */
export function psdRows(bytes: Uint8Array, psd: Psd): NextRow[] {
  const { imageAt, height, storedChannels } = psd;
  const compression = byteReader(bytes, { byteOrder: 'big endian', at: imageAt, what }).uint16();
  const rowBytes = Math.ceil((psd.width * psd.depth) / 8);
  const layout = { at: imageAt + 2, rowBytes, height, storedChannels, isLarge: psd.isLarge };
  if (compression === 0) return rawRows(bytes, layout);
  if (compression === 1) return packedRows(bytes, layout);
  const name = compressions[compression];
  if (name) throw unsupported(`PSD with ${name} of the flattened image`, 'Save it as PNG.');
  throw corrupt(`Expected a known compression at byte ${imageAt} but found ${compression}.`);
}

interface Layout {
  at: number;
  rowBytes: number;
  height: number;
  storedChannels: number;
  isLarge: boolean;
}

function rawRows(bytes: Uint8Array, { at, rowBytes, height, storedChannels }: Layout): NextRow[] {
  checkRange(bytes, { at, count: rowBytes * height * storedChannels, what });
  return Array.from({ length: storedChannels }, (_, channel) => {
    let next = at + channel * rowBytes * height;
    return () => {
      next += rowBytes;
      return bytes.subarray(next - rowBytes, next);
    };
  });
}

/** The lengths of all rows of all channels come first, then the rows. */
function packedRows(bytes: Uint8Array, layout: Layout): NextRow[] {
  const { at, rowBytes, height, storedChannels, isLarge } = layout;
  const lengthSize = isLarge ? 4 : 2;
  const rows = height * storedChannels;
  const dataAt = at + rows * lengthSize;
  // Two bytes encode at most 128.
  const minBytes = Math.ceil(rowBytes / 128) * 2 * rows;
  checkRange(bytes, { at, count: rows * lengthSize + minBytes, what });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lengthOf = (row: number) =>
    isLarge ? view.getUint32(at + row * 4) : view.getUint16(at + row * 2);

  let start = dataAt;
  const nextRows = Array.from({ length: storedChannels }, (_, channel) => {
    let [row, next] = [channel * height, start];
    const unpacked = new Uint8Array(rowBytes);
    for (let y = 0; y < height; y++) start += lengthOf(row + y);
    return () => {
      const packed = bytesAt(bytes, { at: next, count: lengthOf(row), what });
      unpackBits(packed, unpacked, next);
      next += lengthOf(row++);
      return unpacked;
    };
  });
  checkRange(bytes, { at: dataAt, count: start - dataAt, what });
  return nextRows;
}

/** PackBits: TIFF 6.0, section 9. */
function unpackBits(packed: Uint8Array, row: Uint8Array, packedAt: number): void {
  let from = 0;
  let to = 0;
  while (to < row.length && from < packed.length) {
    const code = packed[from++] as number;
    if (code === 128) continue;
    const count = code < 128 ? code + 1 : 257 - code;
    const stored = code < 128 ? count : 1;
    if (from + stored > packed.length || to + count > row.length) break;
    if (code < 128) row.set(packed.subarray(from, from + count), to);
    else row.fill(packed[from] as number, to, to + count);
    from += stored;
    to += count;
  }
  if (to === row.length) return;
  throw corrupt(
    `Expected the packed row at byte ${packedAt} to give ${row.length} bytes but it gives ${to}.`,
  );
}
