import { byteReader } from '../byte-reader.ts';
import { isoBox, viewOf } from '../iso-boxes.ts';
import { type HeifItem, readHeifItems } from './heif-items.ts';

/** The EXIF data of the primary image of a HEIC or AVIF: ISO/IEC 23008-12, A.2.1. */
export function heifExif(bytes: Uint8Array): Uint8Array | undefined {
  const [data] = heifItemsOfType(bytes, 'Exif');
  if (!data || data.length < 4) return undefined;
  // The data start with the offset of the TIFF header in what follows.
  return data.subarray(4 + viewOf(data).getUint32(0));
}

/** The bytes of the items of this type that describe the primary image. */
export function heifItemsOfType(bytes: Uint8Array, wanted: string): Uint8Array[] {
  const file = readHeifItems(bytes);
  const items = file?.items.filter(
    ({ id, type }) =>
      type === wanted &&
      file.references.some(
        (reference) =>
          reference.type === 'cdsc' &&
          reference.from === id &&
          reference.to.includes(file.primary.id),
      ),
  );
  // Each search takes time, and real files have one or two.
  return (items ?? []).slice(0, 8).flatMap((item) => itemData(bytes, item) ?? []);
}

/** The bytes of an item that is stored in one piece: ISO/IEC 14496-12, 8.11.3. */
export function itemData(bytes: Uint8Array, { id }: Pick<HeifItem, 'id'>): Uint8Array | undefined {
  const meta = isoBox(bytes, 'meta')?.subarray(4);
  const iloc = meta && isoBox(meta, 'iloc');
  if (!iloc) return undefined;
  const found = itemLocations(iloc).find((location) => location.id === id);
  if (found?.extents !== 1) return undefined;
  // Relative to the file, or to the box of small items.
  const from = { 0: bytes, 1: isoBox(meta, 'idat') }[found.method];
  return from?.subarray(found.offset, found.offset + found.length);
}

interface ItemLocation {
  id: number;
  method: number;
  extents: number;
  /** Of the last extent. */
  offset: number;
  length: number;
}

function itemLocations(iloc: Uint8Array): ItemLocation[] {
  const version = iloc[0] ?? 0;
  const reader = byteReader(iloc, { byteOrder: 'big endian', at: 4, what: 'item locations' });
  const [lengths, bases] = [reader.uint8(), reader.uint8()];
  const numberOf = (size: number) =>
    size === 8 ? reader.uint64() : size === 4 ? reader.uint32() : 0;
  const [offsetSize, lengthSize, baseSize] = [lengths >> 4, lengths & 15, bases >> 4];
  const indexSize = version > 0 ? bases & 15 : 0;
  const short = () => (version < 2 ? reader.uint16() : reader.uint32());
  return Array.from({ length: Math.min(short(), maxItems) }, () => {
    const id = short();
    const method = version > 0 ? reader.uint16() & 15 : 0;
    reader.skip(2);
    const base = numberOf(baseSize);
    const extents = reader.uint16();
    const location = { id, method, extents, offset: base, length: 0 };
    for (let i = 0; i < extents; i++) {
      numberOf(indexSize);
      location.offset = base + numberOf(offsetSize);
      location.length = numberOf(lengthSize);
    }
    return location;
  });
}

/** As in heif-items.ts. */
const maxItems = 5_000;
