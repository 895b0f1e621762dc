import { dibHeader } from './header-structure.ts';
import { fieldsAt, u16, u32 } from './number-field.ts';
import { pngStructure } from './png-structure.ts';
import type { Structure } from './structure.ts';

/** A directory of images, each a bitmap without file header, or a PNG. */
export function icoStructure(bytes: Buffer): Structure {
  const structure: Structure = { parts: [], numbers: fieldsAt(2, 'little', [2, 2]) };
  const count = Math.min(u16(bytes, 4, 'little'), Math.floor((bytes.length - 6) / 16));
  for (let at = 6; at < 6 + count * 16; at += 16) {
    structure.parts.push({ start: at, end: at + 16 });
    structure.numbers.push(...fieldsAt(at, 'little', [1, 1, 1, 1, 2, 2, 4, 4]));
    const start = u32(bytes, at + 12, 'little');
    if (start >= bytes.length) continue;
    structure.parts.push({ start, end: start + u32(bytes, at + 8, 'little') });
    structure.numbers.push(...imageNumbers(bytes, start));
  }
  return structure;
}

function imageNumbers(bytes: Buffer, start: number) {
  if (u32(bytes, start) !== 0x89504e47) return dibHeader(start);
  const { numbers } = pngStructure(bytes.subarray(start));
  return numbers.map((field) => ({ ...field, at: field.at + start }));
}
