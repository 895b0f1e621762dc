import { type EntropyBits, readBits } from './entropy-bits.ts';
import { type HuffmanTable, nextSymbol } from './huffman-table.ts';
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
  /** A bit for each coefficient: whether it is not zero. Only in progressive files, and without DC. */
  nonZero: Uint32Array;
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
  coefficients[at] = (coefficients[at] as number) | (readBits(bits, 1) << lowBit);
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
      state.emptyBlocks = (1 << run) + readBits(bits, run) - 1;
      return;
    }
    k += run;
    if (k > state.last) throw tooMany();
    if (size === 0) continue;
    coefficients[at + k] = nextAc(bits, size, state) << state.lowBit;
    markNonZero(state, at + k);
  }
};

/** ITU-T T.81, G.1.2.3. */
export const decodeAcMore: DecodeBlock = (bits, state, coefficients, at) => {
  const end = at + state.last;
  const one = 1 << state.lowBit;
  let k = at + state.first;
  while (state.emptyBlocks === 0 && k <= end) {
    const symbol = symbolOf(state.ac, bits);
    const size = symbol & 15;
    let zeros = symbol >> 4;
    if (size > 1) throw new ScanDamage('has a coefficient out of range');
    if (size === 0 && zeros < 15) {
      state.emptyBlocks = (1 << zeros) + readBits(bits, zeros);
      break;
    }
    const value = size === 0 ? 0 : readBits(bits, 1) === 1 ? one : -one;
    // Up to the coefficient after this many others that are zero. In place: it is the inner loop.
    for (; k <= end; k++) {
      const earlier = coefficients[k] as number;
      if (earlier === 0) {
        if (zeros-- === 0) break;
      } else if (readBits(bits, 1) === 1) {
        coefficients[k] = earlier < 0 ? earlier - one : earlier + one;
      }
    }
    if (k > end && (size > 0 || symbol < 0xf0)) throw tooMany();
    if (size > 0) {
      coefficients[k] = value;
      markNonZero(state, k);
    }
    k++;
  }
  if (state.emptyBlocks > 0) {
    refineRest(bits, state, coefficients, k, end);
    state.emptyBlocks--;
  }
};

function markNonZero({ nonZero }: BlockState, index: number): void {
  nonZero[index >> 5] = (nonZero[index >> 5] as number) | (1 << (index & 31));
}

/** Adds a bit to every coefficient that has one. Most blocks have few, so zeros are not visited. */
function refineRest(
  bits: EntropyBits,
  { nonZero, lowBit }: BlockState,
  coefficients: Int16Array,
  from: number,
  end: number,
): void {
  const one = 1 << lowBit;
  for (let word = from >> 5; word <= end >> 5; word++) {
    let left = nonZero[word] as number;
    if (word === from >> 5) left &= -1 << (from & 31);
    if (word === end >> 5) left &= -1 >>> (31 - (end & 31));
    while (left !== 0) {
      const lowest = left & -left;
      left ^= lowest;
      if (readBits(bits, 1) === 0) continue;
      const k = word * 32 + 31 - Math.clz32(lowest);
      const value = coefficients[k] as number;
      coefficients[k] = value < 0 ? value - one : value + one;
    }
  }
}

/** DC coefficients are at most 8 times the range of samples: ITU-T T.81, F.1.2.1.1. */
function nextDc(bits: EntropyBits, state: BlockState): number {
  const size = symbolOf(state.dc, bits);
  if (size > state.precision + 3) throw new ScanDamage('has a coefficient out of range');
  state.predicted += signed(readBits(bits, size), size);
  if (Math.abs(state.predicted) >> (state.precision + 3 - state.lowBit) > 0) {
    throw new ScanDamage('has a coefficient out of range');
  }
  return state.predicted;
}

/** ITU-T T.81, F.1.2.2.1. */
function nextAc(bits: EntropyBits, size: number, { precision }: BlockState): number {
  if (size > precision + 2) throw new ScanDamage('has a coefficient out of range');
  return signed(readBits(bits, size), size);
}

/** ITU-T T.81, F.2.2.1: EXTEND. */
function signed(value: number, size: number): number {
  return size > 0 && value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
}

function symbolOf(table: HuffmanTable | undefined, bits: EntropyBits): number {
  if (!table) throw new ScanDamage('uses a Huffman table that is not defined');
  return nextSymbol(table, bits);
}

function tooMany(): ScanDamage {
  return new ScanDamage('has more than 64 coefficients in a block');
}
