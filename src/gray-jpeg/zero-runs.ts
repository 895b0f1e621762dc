/** A lost block of a disk or of a transfer is longer; the data of a flat image may have such runs. */
const suspicious = Buffer.alloc(8);
/** More bits than flat blocks of chroma and all coefficients of a block of luma. */
const impossible = Buffer.alloc(48);

/** Whether there is a run of zeros between two offsets that calls for a closer look. */
export function hasSuspiciousZeros(bytes: Uint8Array, from: number, to: number): boolean {
  return hasRun(bytes.subarray(from, to), suspicious);
}

/** Whether there is a run of zeros that data have only where zeros are the code of flat blocks. */
export function hasLongZeros(data: Uint8Array): boolean {
  return hasRun(data, impossible);
}

function hasRun(bytes: Uint8Array, run: Buffer): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(run);
}
