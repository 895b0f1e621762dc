import { fieldsAt, sidesAt, u32 } from './number-field.ts';
import type { Structure } from './structure.ts';

const containers = new Set(['meta', 'iprp', 'ipco', 'jp2h', 'dinf', 'res ']);
/** The bodies of these boxes are data without number fields. */
const opaque = new Set(['mdat', 'idat', 'jp2c', 'jxlc', 'jxlp', 'Exif', 'xml ']);
const maxNumbers = 200;

/** Boxes: ISO/IEC 14496-12, 4.2. A file without boxes is not parsed: a bare codestream of JPEG XL. */
export function isoStructure(bytes: Buffer): Structure {
  const structure: Structure = { parts: [], numbers: [] };
  if (u32(bytes, 0) <= 0x1000)
    addBoxes(bytes, structure, { start: 0, end: bytes.length, depth: 0 });
  return structure;
}

interface Range {
  start: number;
  end: number;
  depth: number;
}

export function addBoxes(bytes: Buffer, structure: Structure, { start, end, depth }: Range): void {
  for (let at = start; at + 8 <= end; ) {
    const size = u32(bytes, at) || end - at;
    const type = bytes.toString('latin1', at + 4, at + 8);
    const next = at + size;
    if (size < 8 || next > end) break;
    structure.parts.push({ start: at, end: next });
    structure.numbers.push(...fieldsAt(at, 'big', [4]));
    if (containers.has(type) && depth < 20) {
      // A “full box” begins with version and flags.
      const bodyAt = at + (type === 'meta' ? 12 : 8);
      addBoxes(bytes, structure, { start: bodyAt, end: next, depth: depth + 1 });
    } else if (!opaque.has(type)) addBody(structure, { type, at: at + 8, end: next });
    at = next;
  }
}

/** Nearly everything in a box is a number of one, two or four bytes. */
function addBody(
  structure: Structure,
  { type, at, end }: { type: string; at: number; end: number },
) {
  if (type === 'ispe') structure.numbers.push(...sidesAt(at + 4, 'big', 4));
  if (type === 'ihdr') structure.numbers.push(...sidesAt(at, 'big', 4));
  for (let i = at; i < Math.min(end, at + maxNumbers); i++) {
    structure.numbers.push(...fieldsAt(i, 'big', [1]));
    if (i % 2 === 0 && i + 2 <= end) structure.numbers.push(...fieldsAt(i, 'big', [2]));
    if (i % 4 === 0 && i + 4 <= end) structure.numbers.push(...fieldsAt(i, 'big', [4]));
  }
}
