import { type PixelKind, pixelKinds } from '../../src/gray-png/pixel-kinds.ts';

interface PixelsAt {
  from: number;
  into: number;
  pixels: number;
}

type PixelRow = (heap: Uint8Array, at: PixelsAt) => boolean;

const rowsById = new Map<number, { kind: PixelKind; make: PixelRow }>(
  Object.entries({
    gray: copied(1),
    grayAlpha: copied(2),
    rgb: lumaRow(3, 1),
    rgba: lumaRow(4, 2),
    rgbaOpaque: lumaRow(4, 1),
    gray1: copied(1),
    gray2: copied(1),
    gray4: copied(1),
    gray16: swapped(2),
    grayAlpha16: swapped(4),
    deepRgb: deepLumaRow,
  } satisfies Record<keyof typeof pixelKinds, PixelRow>).map(([name, make]) => {
    const kind = pixelKinds[name as keyof typeof pixelKinds];
    return [kind.id, { kind, make }];
  }),
);

/** Converts one row of pixels to gray as PNG stores it; returns where the next row begins. */
export function grayRow(
  heap: Uint8Array,
  kindId: number,
  at: PixelsAt,
): { isOpaque: boolean; next: number } {
  const row = rowsById.get(kindId);
  if (!row) throw new RangeError(`Expected the number of a kind of pixels but received ${kindId}`);
  return { isOpaque: row.make(heap, at), next: at.from + at.pixels * row.kind.sourceBytes };
}

function copied(pixelBytes: number): PixelRow {
  return (heap, { from, into, pixels }) => {
    heap.copyWithin(into, from, from + pixels * pixelBytes);
    return true;
  };
}

/** 16-bit samples, from this machine’s byte order (little-endian, as everywhere in Node) to PNG’s. */
function swapped(pixelBytes: number): PixelRow {
  return (heap, { from, into, pixels }) => {
    for (let i = 0; i < pixels * pixelBytes; i += 2) {
      heap[into + i] = heap[from + i + 1] as number;
      heap[into + i + 1] = heap[from + i] as number;
    }
    return true;
  };
}

/** Rec. 601 in 16-bit fixed point: assembly/luma.ts. */
function lumaRow(sourceBytes: 3 | 4, grayBytes: 1 | 2): PixelRow {
  return (heap, { from, into, pixels }) => {
    let alphas = 255;
    for (let i = 0, at = from, to = into; i < pixels; i++, at += sourceBytes, to += grayBytes) {
      const red = heap[at] as number;
      const green = heap[at + 1] as number;
      const blue = heap[at + 2] as number;
      heap[to] = (red * 19_595 + green * 38_470 + blue * 7_471 + 0x8000) >> 16;
      if (grayBytes === 2) heap[to + 1] = heap[at + 3] as number;
      else if (sourceBytes === 4) alphas &= heap[at + 3] as number;
    }
    return alphas === 255;
  };
}

/** For 16 bits, little-endian; the gray is rounded to 8. */
function deepLumaRow(heap: Uint8Array, { from, into, pixels }: PixelsAt): boolean {
  const sample = (at: number) => (heap[at] as number) | ((heap[at + 1] as number) << 8);
  for (let i = 0, at = from; i < pixels; i++, at += 6) {
    // More than 31 bits, so no shift.
    const sum = sample(at) * 19_595 + sample(at + 2) * 38_470 + sample(at + 4) * 7_471 + 0x8000;
    heap[into + i] = (Math.floor(sum / 0x10000) + 128) / 257;
  }
  return true;
}
