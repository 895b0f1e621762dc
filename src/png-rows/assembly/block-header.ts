// Headers of blocks with Huffman codes: RFC 1951, 3.2.6 and 3.2.7.

import { distanceTable, lengths } from './layout';
import { hold, refill, take } from './state';
import { makeLengthTable, makeTables } from './tables';

/** The order of the lengths of the codes for lengths. */
const order: StaticArray<u8> = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

export function useFixedCodes(): void {
  memory.fill(lengths, 8, 144);
  memory.fill(lengths + 144, 9, 112);
  memory.fill(lengths + 256, 7, 24);
  memory.fill(lengths + 280, 8, 8);
  memory.fill(lengths + 288, 5, 32);
  makeTables(288, 32);
}

/** Returns false if the codes are invalid. */
export function readCodes(): bool {
  refill();
  const literals = take(5) + 257;
  const distances = take(5) + 1;
  const count = take(4) + 4;
  if (literals > 286 || distances > 30) return false;
  memory.fill(lengths, 0, 19);
  for (let i: u32 = 0; i < count; i++) {
    refill();
    store<u8>(lengths + unchecked(order[i]), <u8>take(3));
  }
  return makeLengthTable() && readLengths(literals + distances) && makeTables(literals, distances);
}

function readLengths(count: u32): bool {
  let done: u32 = 0;
  while (done < count) {
    refill();
    const entry = load<u32>(distanceTable + 4 * (<u32>hold & 127));
    take(entry & 63);
    const symbol = entry >> 8;
    if (symbol < 16) {
      store<u8>(lengths + done++, <u8>symbol);
      continue;
    }
    if (symbol == 16 && done == 0) return false;
    const value = symbol == 16 ? load<u8>(lengths + done - 1) : 0;
    const repeats = symbol == 16 ? 3 + take(2) : symbol == 17 ? 3 + take(3) : 11 + take(7);
    if (done + repeats > count) return false;
    memory.fill(lengths + done, value, repeats);
    done += repeats;
  }
  return true;
}
