import { fieldsAt, sidesAt } from './number-field.ts';
import type { NumberField, Structure } from './structure.ts';
import { textNumbers } from './text-numbers.ts';

/** Formats whose numbers are always at the same offsets. */
const headers = {
  qoi: [...sidesAt(4, 'big', 4), ...fieldsAt(12, 'big', [1, 1])],
  bmp: [...fieldsAt(2, 'little', [4, 2, 2, 4]), ...dibHeader(14)],
  tga: [
    ...fieldsAt(0, 'little', [1, 1, 1, 2, 2, 1, 2, 2]),
    ...sidesAt(12, 'little', 2),
    ...fieldsAt(16, 'little', [1, 1]),
  ],
  sgi: [
    ...fieldsAt(2, 'big', [1, 1, 2]),
    ...sidesAt(6, 'big', 2),
    ...fieldsAt(10, 'big', [2, 4, 4]),
  ],
  pcx: [...fieldsAt(1, 'little', [1, 1, 1, 2, 2, 2, 2]), ...fieldsAt(65, 'little', [1, 2, 2])],
  sun: [...sidesAt(4, 'big', 4), ...fieldsAt(12, 'big', [4, 4, 4, 4, 4])],
  dds: [
    ...fieldsAt(4, 'little', [4, 4]),
    ...sidesAt(12, 'little', 4),
    ...fieldsAt(20, 'little', [4, 4, 4]),
    ...fieldsAt(76, 'little', [4, 4, 4, 4, 4, 4, 4, 4]),
  ],
  pcd: fieldsAt(0xe02, 'big', [1, 1]),
} satisfies Record<string, NumberField[]>;

export function headerStructure(format: keyof typeof headers): (bytes: Buffer) => Structure {
  const numbers = headers[format];
  const headerEnd = Math.max(...numbers.map(({ at, size }) => at + size));
  return (bytes) => ({
    numbers,
    parts: [
      { start: 0, end: headerEnd },
      { start: headerEnd, end: bytes.length },
    ],
  });
}

/** Size of the header, size of the image, planes, bits, coding, bytes, resolution, colours, masks. */
export function dibHeader(at: number): NumberField[] {
  return [
    ...fieldsAt(at, 'little', [4]),
    ...sidesAt(at + 4, 'little', 4),
    ...fieldsAt(at + 12, 'little', [2, 2, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4]),
  ];
}

/** The numbers are text; those of the header come first, beginning with width and height. */
export function pnmStructure(bytes: Buffer): Structure {
  const text = bytes.toString('latin1', 0, 200);
  const numbers = textNumbers(text).map(
    (field, i): NumberField => (i === 1 || i === 2 ? { ...field, isSide: true } : field),
  );
  const lines = [...text.matchAll(/[^\n]*\n/g)];
  const parts = lines.map(({ index, 0: line }) => ({ start: index, end: index + line.length }));
  return { parts, numbers };
}
