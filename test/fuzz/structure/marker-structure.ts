import { isoStructure } from './box-structure.ts';
import { fieldsAt, sidesAt, u16 } from './number-field.ts';
import type { NumberField, Structure } from './structure.ts';
import { tiffStructure } from './tiff-structure.ts';

/** Segments: ITU-T T.81, annex B. Their lengths include themselves, but not the marker. */
export function jpegStructure(bytes: Buffer): Structure {
  const structure = segments(bytes, 2, jpegBody);
  const exifAt = bytes.indexOf('Exif\0\0', 0, 'latin1');
  if (exifAt > 0) addMoved(structure, tiffStructure(bytes.subarray(exifAt + 6)), exifAt + 6);
  return structure;
}

/** JPEG 2000: boxes, and the segments of the codestream in them: ITU-T T.800, annexes A and I. */
export function jpxStructure(bytes: Buffer): Structure {
  const structure = bytes[0] === 0xff ? { parts: [], numbers: [] } : isoStructure(bytes);
  const start = bytes.indexOf('\xff\x4f\xff\x51', 0, 'latin1');
  if (start >= 0) addMoved(structure, segments(bytes, start + 2, jpxBody), 0);
  return structure;
}

type Body = (marker: number, at: number, end: number) => NumberField[];

function segments(bytes: Buffer, start: number, body: Body): Structure {
  const structure: Structure = { parts: [], numbers: [] };
  for (let at = start; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1] ?? 0;
    const end = at + 2 + u16(bytes, at + 2);
    if (end > bytes.length) break;
    structure.parts.push({ start: at, end });
    structure.numbers.push(...fieldsAt(at + 1, 'big', [1, 2]), ...body(marker, at + 4, end));
    at = end;
  }
  // The scan or the tiles after the last segment.
  const last = structure.parts.at(-1);
  if (last) structure.parts.push({ start: last.end, end: bytes.length });
  return structure;
}

const jpegBody: Body = (marker, at, end) => {
  const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
  if (!isFrame) return eachByte(at, end);
  return [...fieldsAt(at, 'big', [1]), ...sidesAt(at + 1, 'big', 2), ...eachByte(at + 5, end)];
};

const jpxBody: Body = (marker, at, end) => {
  if (marker !== 0x51) return eachByte(at, end);
  // The size of the image and its offset, the size of the tiles and their offset, and the components.
  return [
    ...fieldsAt(at, 'big', [2]),
    ...sidesAt(at + 2, 'big', 4),
    ...fieldsAt(at + 10, 'big', [4, 4, 4, 4, 4, 4, 2]),
    ...eachByte(at + 36, end),
  ];
};

/** The beginning of a long segment, which has its numbers. */
function eachByte(start: number, end: number): NumberField[] {
  const count = Math.max(0, Math.min(end - start, 40));
  return fieldsAt(start, 'big', Array<1>(count).fill(1));
}

function addMoved(to: Structure, { parts, numbers }: Structure, by: number): void {
  to.parts.push(...parts.map(({ start, end }) => ({ start: start + by, end: end + by })));
  to.numbers.push(...numbers.map((field) => ({ ...field, at: field.at + by })));
}
