import { type EntropyBits, peekBits, skipBits } from './entropy-bits.ts';
import { ScanDamage } from './scan-damage.ts';

/** The codes of a table, prepared for {@link nextSymbol}. */
export interface HuffmanTable {
  /** By the next bits: length in the upper byte, symbol in the lower; 0 for a longer code, or none. */
  readonly lookup: Uint16Array;
  /** The first code after those of each length, aligned to 16 bits. */
  readonly limits: Uint32Array;
  /** What to subtract from a code to get the index of its symbol. */
  readonly offsets: Int32Array;
  readonly symbols: Uint8Array;
}

/** Codes of up to this many bits are looked up; longer ones are rare. */
const lookupBits = 9;
const maxBits = 16;

/** A table from the number of codes of each length and their symbols: ITU-T T.81, annex C. */
export function huffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable {
  const lookup = new Uint16Array(1 << lookupBits);
  const limits = new Uint32Array(maxBits + 1);
  const offsets = new Int32Array(maxBits + 1);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= maxBits; length++) {
    offsets[length] = code - index;
    for (let i = counts[length - 1] ?? 0; i > 0; i--) {
      if (length <= lookupBits) {
        const entry = (length << 8) | (symbols[index] ?? 0);
        const start = code << (lookupBits - length);
        lookup.fill(entry, start, start + (1 << (lookupBits - length)));
      }
      code++;
      index++;
    }
    limits[length] = code << (maxBits - length);
    code <<= 1;
  }
  return { lookup, limits, offsets, symbols };
}

/** Decodes the next symbol. Throws `ScanDamage` if the bits are no code. */
export function nextSymbol(table: HuffmanTable, bits: EntropyBits): number {
  const next = peekBits(bits, maxBits);
  const entry = table.lookup[next >> (maxBits - lookupBits)] as number;
  if (entry > 0) {
    skipBits(bits, entry >> 8);
    return entry & 255;
  }
  const { limits, offsets, symbols } = table;
  let length = lookupBits + 1;
  while (length <= maxBits && next >= (limits[length] as number)) length++;
  if (length > maxBits) throw new ScanDamage('has an unknown Huffman code');
  skipBits(bits, length);
  return symbols[(next >> (maxBits - length)) - (offsets[length] as number)] ?? 0;
}
