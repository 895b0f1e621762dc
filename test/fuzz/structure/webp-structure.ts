import { fieldsAt, sidesAt, u32 } from './number-field.ts';
import type { NumberField, Structure } from './structure.ts';

/** Chunks of RIFF: https://developers.google.com/speed/webp/docs/riff_container */
export function webpStructure(bytes: Buffer): Structure {
  const structure: Structure = { parts: [], numbers: fieldsAt(4, 'little', [4]) };
  addChunks(bytes, structure, { start: 12, end: bytes.length });
  return structure;
}

const bodies: Record<string, (at: number) => NumberField[]> = {
  VP8X: (at) => [...fieldsAt(at, 'little', [1]), ...sidesAt(at + 4, 'little', 3)],
  // After the frame tag and the start code.
  'VP8 ': (at) => [...fieldsAt(at, 'little', [3, 3]), ...sidesAt(at + 6, 'little', 2)],
  // 14 bits each of width and height share four bytes.
  VP8L: (at) => fieldsAt(at, 'little', [1, 4, 1]),
  ALPH: (at) => fieldsAt(at, 'little', [1]),
  ANIM: (at) => fieldsAt(at, 'little', [4, 2]),
  ANMF: (at) => [
    ...fieldsAt(at, 'little', [3, 3]),
    ...sidesAt(at + 6, 'little', 3),
    ...fieldsAt(at + 12, 'little', [3, 1]),
  ],
};

function addChunks(
  bytes: Buffer,
  structure: Structure,
  { start, end }: { start: number; end: number },
) {
  for (let at = start; at + 8 <= end; ) {
    const size = u32(bytes, at + 4, 'little');
    const next = at + 8 + size + (size & 1);
    if (next > end) break;
    const type = bytes.toString('latin1', at, at + 4);
    structure.parts.push({ start: at, end: next });
    structure.numbers.push(...fieldsAt(at + 4, 'little', [4]), ...(bodies[type]?.(at + 8) ?? []));
    // A frame contains chunks.
    if (type === 'ANMF') addChunks(bytes, structure, { start: at + 24, end: next });
    at = next;
  }
}
