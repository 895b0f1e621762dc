import type { EntropyBits } from './entropy-bits.ts';
import type { HuffmanTable } from './huffman-table.ts';
import { ScanDamage } from './scan-damage.ts';

/** What decoding a component’s blocks needs, and what one block leaves for the next. */
export interface BlockState {
  dc: HuffmanTable | undefined;
  ac: HuffmanTable | undefined;
  /** Bits per sample of the image. */
  precision: number;
  /** The band of coefficients in this scan, in zigzag order. */
  first: number;
  last: number;
  /** Successive approximation: the lowest bit in this scan. */
  lowBit: number;
  /** The DC coefficient of the previous block, without the lower bits. */
  predicted: number;
  /** Blocks that follow without coefficients of this band. */
  emptyBlocks: number;
}

/**
 * Decodes one block into 64 coefficients in zigzag order, starting at `at`. Throws `ScanDamage` if a
 * coefficient cannot occur in an image of this precision.
 */
export type DecodeBlock = (
  bits: EntropyBits,
  state: BlockState,
  coefficients: Int16Array,
  at: number,
) => void;

/** ITU-T T.81, F.2.2. */
export const decodeSequential: DecodeBlock = (bits, state, coefficients, at) => {
  coefficients[at] = nextDc(bits, state);
  for (let k = 1; k < 64; k++) {
    const symbol = symbolOf(state.ac, bits);
    const size = symbol & 15;
    k += symbol >> 4;
    if (size === 0 && symbol < 0xf0) return;
    if (k > 63) throw tooMany();
    if (size > 0) coefficients[at + k] = nextAc(bits, size, state);
  }
};

/** ITU-T T.81, G.1.2.1. */
export const decodeDcFirst: DecodeBlock = (bits, state, coefficients, at) => {
  coefficients[at] = nextDc(bits, state) << state.lowBit;
};

export const decodeDcMore: DecodeBlock = (bits, { lowBit }, coefficients, at) => {
  coefficients[at] = (coefficients[at] as number) | (bits.read(1) << lowBit);
};

/** ITU-T T.81, G.1.2.2. */
export const decodeAcFirst: DecodeBlock = (bits, state, coefficients, at) => {
  if (state.emptyBlocks > 0) {
    state.emptyBlocks--;
    return;
  }
  for (let k = state.first; k <= state.last; k++) {
    const symbol = symbolOf(state.ac, bits);
    const [run, size] = [symbol >> 4, symbol & 15];
    if (size === 0 && run < 15) {
      state.emptyBlocks = (1 << run) + bits.read(run) - 1;
      return;
    }
    k += run;
    if (k > state.last) throw tooMany();
    if (size > 0) coefficients[at + k] = nextAc(bits, size, state) << state.lowBit;
  }
};

/** ITU-T T.81, G.1.2.3. */
export const decodeAcMore: DecodeBlock = (bits, state, coefficients, at) => {
  const { first, last, lowBit } = state;
  const one = 1 << lowBit;

  /** Adds a bit to the coefficients that have one, up to the one after `zeros` others. */
  function refine(from: number, zeros: number): number {
    let left = zeros;
    for (let k = from; k <= last; k++) {
      const value = coefficients[at + k] as number;
      if (value === 0) {
        if (left-- === 0) return k;
      } else if (bits.read(1) === 1) {
        coefficients[at + k] = value < 0 ? value - one : value + one;
      }
    }
    return last + 1;
  }

  let k = first;
  while (state.emptyBlocks === 0 && k <= last) {
    const symbol = symbolOf(state.ac, bits);
    const [run, size] = [symbol >> 4, symbol & 15];
    if (size > 1) throw new ScanDamage('has a coefficient out of range');
    if (size === 0 && run < 15) {
      state.emptyBlocks = (1 << run) + bits.read(run);
      break;
    }
    const value = size === 0 ? 0 : bits.read(1) === 1 ? one : -one;
    k = refine(k, run);
    if (k > last && (size > 0 || run < 15)) throw tooMany();
    if (size > 0) coefficients[at + k] = value;
    k++;
  }
  if (state.emptyBlocks > 0) {
    refine(k, 64);
    state.emptyBlocks--;
  }
};

/** DC coefficients are at most 8 times the range of samples: ITU-T T.81, F.1.2.1.1. */
function nextDc(bits: EntropyBits, state: BlockState): number {
  const size = symbolOf(state.dc, bits);
  if (size > state.precision + 3) throw new ScanDamage('has a coefficient out of range');
  state.predicted += signed(bits.read(size), size);
  if (Math.abs(state.predicted) >> (state.precision + 3 - state.lowBit) > 0) {
    throw new ScanDamage('has a coefficient out of range');
  }
  return state.predicted;
}

/** ITU-T T.81, F.1.2.2.1. */
function nextAc(bits: EntropyBits, size: number, { precision }: BlockState): number {
  if (size > precision + 2) throw new ScanDamage('has a coefficient out of range');
  return signed(bits.read(size), size);
}

/** ITU-T T.81, F.2.2.1: EXTEND. */
function signed(value: number, size: number): number {
  return size > 0 && value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
}

function symbolOf(table: HuffmanTable | undefined, bits: EntropyBits): number {
  if (!table) throw new ScanDamage('uses a Huffman table that is not defined');
  return table(bits);
}

function tooMany(): ScanDamage {
  return new ScanDamage('has more than 64 coefficients in a block');
}
