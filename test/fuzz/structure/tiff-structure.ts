import { fieldsAt, numberAt, u16 } from './number-field.ts';
import type { NumberField, Structure } from './structure.ts';

const sideTags = [256, 257];

/** Directories and their entries: TIFF 6.0, section 2; BigTIFF has wider numbers. */
export function tiffStructure(bytes: Buffer): Structure {
  const order = bytes[0] === 0x4d ? 'big' : 'little';
  const isBig = u16(bytes, 2, order) === 43;
  const wide = isBig ? 8 : 4;
  const firstAt = isBig ? 8 : 4;
  const structure: Structure = { parts: [], numbers: fieldsAt(2, order, [2]) };
  const seen = new Set<number>();
  let link: NumberField = { at: firstAt, size: wide, order };
  // A directory can name itself as the next one.
  for (let at = numberAt(bytes, link); at > 0 && at < bytes.length && !seen.has(at); ) {
    seen.add(at);
    structure.numbers.push(link);
    const count: NumberField = { at, size: isBig ? 8 : 2, order };
    const entryBytes = isBig ? 20 : 12;
    structure.numbers.push(count);
    const fitting = Math.floor((bytes.length - at) / entryBytes);
    const entries = Math.min(numberAt(bytes, count), fitting);
    const start = at + count.size;
    for (let entry = start; entry < start + entries * entryBytes; entry += entryBytes) {
      structure.parts.push({ start: entry, end: entry + entryBytes });
      const [tag, ...rest] = fieldsAt(entry, order, [2, 2, wide, wide]);
      if (!tag) continue;
      const isSide = sideTags.includes(numberAt(bytes, tag));
      structure.numbers.push(
        tag,
        ...rest.map((f, i) => (isSide && i === 2 ? sideIn(bytes, f) : f)),
      );
    }
    link = { at: start + entries * entryBytes, size: wide, order };
    at = numberAt(bytes, link);
  }
  structure.numbers.push(link);
  return structure;
}

/** The value of an entry of type SHORT is in its first two bytes. */
function sideIn(bytes: Buffer, value: NumberField): NumberField {
  const typeAt = value.at - value.size - 2;
  const isShort = numberAt(bytes, { ...value, at: typeAt, size: 2 }) === 3;
  return { ...value, ...(isShort && { size: 2 }), isSide: true };
}
