import { byteReader } from '../byte-reader.ts';
import { isoBox } from '../iso-boxes.ts';

/**
 * The bytes of an item, or the first part of them: ISO/IEC 14496-12, 8.11.3. Undefined if they are
 * not in the file.
 */
export function itemStart(bytes: Uint8Array, id: number): Uint8Array | undefined {
  const meta = isoBox(bytes, 'meta')?.subarray(4);
  const iloc = meta && isoBox(meta, 'iloc');
  if (!iloc) return undefined;
  const version = iloc[0] ?? 0;
  const reader = byteReader(iloc, { byteOrder: 'big endian', at: 4, what: 'item locations' });
  const sizes = reader.uint16();
  const [offsetSize, lengthSize, baseSize] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const indexSize = version === 0 ? 0 : sizes & 15;
  const number = (size: number) => reader.take(size).reduce((sum, byte) => sum * 256 + byte, 0);
  const idSize = version < 2 ? 2 : 4;

  for (let count = number(idSize); count > 0; count--) {
    const isWanted = number(idSize) === id;
    const isInMeta = version > 0 && (reader.uint16() & 15) === 1;
    reader.skip(2);
    const base = number(baseSize);
    const extents = reader.uint16();
    if (isWanted && extents > 0) {
      reader.skip(indexSize);
      const start = base + number(offsetSize);
      const length = number(lengthSize);
      const source = isInMeta ? isoBox(meta, 'idat') : bytes;
      return source?.subarray(start, length === 0 ? undefined : start + length);
    }
    reader.skip(extents * (indexSize + offsetSize + lengthSize));
  }
  return undefined;
}
