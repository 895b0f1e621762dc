import type { BlockState } from './decode-block.ts';
import { entropyBits } from './entropy-bits.ts';
import { nextSymbol } from './huffman-table.ts';

/** A lost block of a disk or of a transfer is longer; the data of a flat image may have such runs. */
const suspicious = Buffer.alloc(8);
/** More bits than flat blocks of chroma and all coefficients of a block of luma. */
const impossible = Buffer.alloc(48);

/** Whether there is a run of zeros between two offsets that calls for a closer look. */
export function hasSuspiciousZeros(bytes: Uint8Array, from: number, to: number): boolean {
  return hasRun(bytes.subarray(from, to), suspicious);
}

/**
 * Whether there is a run of zeros that no image has. In flat areas, zeros may be the code of “no more
 * coefficients” in all components. If they are the code of a coefficient, then a long run is whole
 * blocks of equal coefficients.
 */
export function hasImpossibleZeros(states: readonly BlockState[], data: Uint8Array): boolean {
  const isFlat = ({ ac, first, last }: BlockState) =>
    !ac || last === 0 || first > last || (nextSymbol(ac, entropyBits(zeros, 0)) & 15) === 0;
  return !states.every(isFlat) && hasRun(data, impossible);
}

const zeros = new Uint8Array(2);

function hasRun(bytes: Uint8Array, run: Buffer): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(run);
}
