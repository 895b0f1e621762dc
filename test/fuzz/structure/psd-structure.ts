import { fieldsAt, numberAt, u16 } from './number-field.ts';
import type { NumberField, Structure } from './structure.ts';

/** Header, colours, resources, layers, pixels; each of the middle three begins with its length. */
export function psdStructure(bytes: Buffer): Structure {
  const structure: Structure = {
    parts: [{ start: 0, end: 26 }],
    numbers: [
      ...fieldsAt(4, 'big', [2]),
      ...fieldsAt(12, 'big', [2]),
      { at: 14, size: 4, order: 'big', isSide: true },
      { at: 18, size: 4, order: 'big', isSide: true },
      ...fieldsAt(22, 'big', [2, 2]),
    ],
  };
  const isLarge = u16(bytes, 4) === 2;
  let at = 26;
  for (const size of [4, 4, isLarge ? 8 : 4] as const) {
    const length: NumberField = { at, size, order: 'big' };
    const end = at + size + numberAt(bytes, length);
    structure.numbers.push(length, ...fieldsAt(at + size, 'big', [4, 2, 2, 4, 4]));
    if (end > bytes.length) return structure;
    structure.parts.push({ start: at, end });
    at = end;
  }
  // The compression, and the lengths of the first rows if there are any.
  structure.numbers.push(...fieldsAt(at, 'big', [2, 2, 2, 2, 2, 2, 2]));
  structure.parts.push({ start: at, end: bytes.length });
  return structure;
}
