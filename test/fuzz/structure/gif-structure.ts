import { fieldsAt, sidesAt } from './number-field.ts';
import type { Structure } from './structure.ts';

/** Blocks: https://www.w3.org/Graphics/GIF/spec-gif89a.txt */
export function gifStructure(bytes: Buffer): Structure {
  const structure: Structure = {
    parts: [],
    numbers: [...sidesAt(6, 'little', 2), ...fieldsAt(10, 'little', [1, 1, 1])],
  };
  let at = 13 + tableBytes(bytes[10]);
  while (at < bytes.length) {
    const end =
      bytes[at] === 0x21
        ? addExtension(bytes, structure, at)
        : bytes[at] === 0x2c
          ? addImage(bytes, structure, at)
          : at;
    if (end === at) break;
    structure.parts.push({ start: at, end });
    at = end;
  }
  return structure;
}

function addExtension(bytes: Buffer, structure: Structure, at: number): number {
  // The kind; for a control block, the size, flags, delay and transparent colour.
  structure.numbers.push(...fieldsAt(at + 1, 'little', [1, 1, 1, 2, 1]));
  return addSubBlocks(bytes, structure, at + 2);
}

function addImage(bytes: Buffer, structure: Structure, at: number): number {
  structure.numbers.push(
    ...fieldsAt(at + 1, 'little', [2, 2]),
    ...sidesAt(at + 5, 'little', 2),
    ...fieldsAt(at + 9, 'little', [1]),
  );
  const dataAt = at + 10 + tableBytes(bytes[at + 9]);
  structure.numbers.push(...fieldsAt(dataAt, 'little', [1]));
  return addSubBlocks(bytes, structure, dataAt + 1);
}

function addSubBlocks(bytes: Buffer, structure: Structure, start: number): number {
  for (let at = start; at < bytes.length; at += 1 + (bytes[at] ?? 0)) {
    structure.numbers.push(...fieldsAt(at, 'little', [1]));
    if (bytes[at] === 0) return at + 1;
  }
  return bytes.length;
}

function tableBytes(flags = 0): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
}
