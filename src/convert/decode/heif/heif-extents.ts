import { byteReader } from '../byte-reader.ts';
import { isoBox } from '../iso-boxes.ts';

interface Extent {
  start: number;
  length: number;
}

/** Where the data of each item is in the file: ISO/IEC 14496-12, 8.11.3. */
export function heifExtents(bytes: Uint8Array): Map<number, Extent[]> {
  const meta = isoBox(bytes, 'meta')?.subarray(4);
  const iloc = meta && isoBox(meta, 'iloc');
  const extents = new Map<number, Extent[]>();
  if (!meta || !iloc) return extents;
  const idatAt = isoBox(meta, 'idat')?.byteOffset ?? 0;
  const reader = byteReader(iloc, { byteOrder: 'big endian', at: 4, what: 'item locations' });
  const sizes = reader.uint16();
  const version = iloc[0] ?? 0;
  const sized = (bits: number) => readers[(sizes >> bits) & 15]?.(reader) ?? 0;
  for (let count = version < 2 ? reader.uint16() : reader.uint32(); count > 0; count--) {
    const id = version < 2 ? reader.uint16() : reader.uint32();
    const isInIdat = version > 0 && (reader.uint16() & 15) === 1;
    reader.skip(2);
    const base = sized(4) + (isInIdat ? idatAt - bytes.byteOffset : 0);
    const own = Array.from({ length: reader.uint16() }, () => {
      if (version > 0) sized(0);
      return { start: base + sized(12), length: sized(8) };
    });
    extents.set(id, own);
  }
  return extents;
}

type Reader = ReturnType<typeof byteReader>;

const readers: Record<number, (reader: Reader) => number> = {
  4: (reader) => reader.uint32(),
  8: (reader) => reader.uint64(),
};
