// The symbols of a block: RFC 1951, 3.2.3.

import { copyMatch } from './copy-match';
import { distanceBits, distanceTable, literalBits, literalTable } from './layout';
import { at, bits, history, hold, out, setBits, setOut, softEnd, unread } from './state';
import { endOfBlock, invalid, isFinal, isSpecial, literalMask } from './tables';

const literalOffsets: usize = 4 * ((1 << literalBits) - 1);
const distanceOffsets: usize = 4 * ((1 << distanceBits) - 1);

export const bodyContinues = 0;
export const bodyEnds = 1;
export const bodyIsInvalid = 2;

/** Decodes until the block ends, `target` is reached, or the data are used up. */
export function decodeBody(target: usize): i32 {
  unread();
  // The next bits as in `hold`, two bits higher, so that they are the offset of an entry of four bytes.
  // The lowest two bits have no meaning. At least 54 bits follow them after loading.
  let next = hold << 2;
  let count = bits + 2;
  let from = at;
  let into = out;
  const limit = softEnd;
  const oldest = history;
  let result = bodyContinues;
  while (into < target && from < limit) {
    next |= load<u64>(from) << (<u64>count);
    from += ((count & 63) ^ 63) >> 3;
    count |= 56;
    let entry = literalAt(next);
    if (entry & literalMask) {
      // At most four literals, or pairs of them, of 11 bits each.
      next >>= entry;
      count -= entry;
      store<u32>(into, entry >> 8);
      into += (entry >> 6) & 3;
      entry = literalAt(next);
      if (entry & literalMask) {
        next >>= entry;
        count -= entry;
        store<u32>(into, entry >> 8);
        into += (entry >> 6) & 3;
        entry = literalAt(next);
        if (entry & literalMask) {
          next >>= entry;
          count -= entry;
          store<u32>(into, entry >> 8);
          into += (entry >> 6) & 3;
          entry = literalAt(next);
          if (entry & literalMask) {
            next >>= entry;
            count -= entry;
            store<u32>(into, entry >> 8);
            into += (entry >> 6) & 3;
            continue;
          }
        }
      }
      next |= load<u64>(from) << (<u64>count);
      from += ((count & 63) ^ 63) >> 3;
      count |= 56;
    }
    if (entry & isSpecial) {
      if (!(entry & isFinal)) entry = secondEntry(literalTable, entry, next >> (literalBits + 2));
      if (entry & literalMask) {
        next >>= entry;
        count -= entry;
        store<u8>(into++, <u8>(entry >> 8));
        continue;
      }
      if (entry & isSpecial) {
        next >>= entry;
        count -= entry;
        result = (entry & invalid) == endOfBlock ? bodyEnds : bodyIsInvalid;
        break;
      }
    }
    const length = valueOf(entry, next);
    next >>= entry;
    count -= entry;
    entry = load<u32>(<usize>next & distanceOffsets, distanceTable);
    if (entry & isSpecial) {
      if (!(entry & isFinal)) entry = secondEntry(distanceTable, entry, next >> (distanceBits + 2));
      if (entry & isSpecial) {
        result = bodyIsInvalid;
        break;
      }
    }
    const distance = valueOf(entry, next);
    next >>= entry;
    count -= entry;
    if (distance > <u32>(into - oldest)) {
      result = bodyIsInvalid;
      break;
    }
    copyMatch(into, distance, length);
    into += length;
  }
  setBits(next >> 2, (count & 63) - 2, from);
  setOut(into);
  return result;
}

@inline
function literalAt(next: u64): u32 {
  return load<u32>(<usize>next & literalOffsets, literalTable);
}

@inline
function secondEntry(table: usize, entry: u32, next: u64): u32 {
  const index = <u32>next & ((<u32>1 << ((entry >> 8) & 15)) - 1);
  return load<u32>(table + 4 * (((entry >> 16) & 0x1fff) + index));
}

/** The base, and the bits that follow the code, which are moved to the top and then down again. */
@inline
function valueOf(entry: u32, next: u64): u32 {
  return (entry >> 16) + <u32>(((next << (62 - entry)) >> 1) >> (entry >> 8));
}
