/** Lost blocks of a disk or a transfer are longer. Flat images may also have such runs. */
const suspicious = Buffer.alloc(8);
/** More bits than flat chroma blocks and a luma block with all coefficients can have. */
const impossible = Buffer.alloc(48);

/** Whether there is a suspicious run of zeros between two offsets. */
export function hasSuspiciousZeros(bytes: Uint8Array, from: number, to: number): boolean {
  return hasRun(bytes.subarray(from, to), suspicious);
}

/** Whether there is a run of zeros that is valid only if flat blocks are coded as zeros. */
export function hasLongZeros(data: Uint8Array): boolean {
  return hasRun(data, impossible);
}

function hasRun(bytes: Uint8Array, run: Buffer): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(run);
}
