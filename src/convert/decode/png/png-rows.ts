const signatureBytes = 8;
const samplesOf: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** A row begins with the number of its filter: https://www.w3.org/TR/png-3/#9Filter-types */
export const maxFilter = 4;

/** Sizes in bytes of the rows as stored: https://www.w3.org/TR/png-3/#8Interlace */
export function pngRowSizes(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset + signatureBytes);
  const [width, height] = [view.getUint32(8), view.getUint32(12)];
  const bits = view.getUint8(16) * (samplesOf[view.getUint8(17)] ?? 1);
  const passes = view.getUint8(20) === 1 ? adam7 : singlePass;
  return passes.flatMap(({ x, y, dx, dy }) => {
    const [across, down] = [Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)];
    return across > 0 ? Array(Math.max(0, down)).fill(1 + Math.ceil((across * bits) / 8)) : [];
  });
}

const singlePass = [{ x: 0, y: 0, dx: 1, dy: 1 }];
const adam7 = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
];
