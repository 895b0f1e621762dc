// The symbols of a block: RFC 1951, 3.2.3.

import { copyMatch } from './copy-match';
import { distanceBits, distanceTable, literalBits, literalTable } from './layout';
import { at, bits, history, hold, out, setBits, setOut, softEnd, unread } from './state';
import {
  hasLength,
  isEndOfBlock,
  isInvalidDistance,
  isSpecial,
  isSpecialDistance,
  isSubtable,
  isUnresolved,
  specialKind,
} from './entries';

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
    if (entry < hasLength) {
      // At most four entries of 12 bits each.
      next >>= entry;
      count -= entry;
      into = putLiterals(into, entry);
      entry = literalAt(next);
      if (entry < hasLength) {
        next >>= entry;
        count -= entry;
        into = putLiterals(into, entry);
        entry = literalAt(next);
        if (entry < hasLength) {
          next >>= entry;
          count -= entry;
          into = putLiterals(into, entry);
          entry = literalAt(next);
          if (entry < hasLength) {
            next >>= entry;
            count -= entry;
            into = putLiterals(into, entry);
            continue;
          }
        }
      }
      next |= load<u64>(from) << (<u64>count);
      from += ((count & 63) ^ 63) >> 3;
      count |= 56;
    }
    let length: u32;
    if (entry >= isSpecial) {
      if ((entry & specialKind) == isSubtable) {
        entry = secondEntry(literalTable, entry, next >> (literalBits + 2));
      }
      length = lengthOf(entry, next);
      next >>= entry;
      count -= entry;
      if (entry < hasLength) {
        into = putLiterals(into, entry);
        continue;
      }
      if (entry >= isSpecial && (entry & specialKind) != isUnresolved) {
        result = (entry & specialKind) == isEndOfBlock ? bodyEnds : bodyIsInvalid;
        break;
      }
    } else {
      next >>= entry;
      count -= entry;
      into = putLiterals(into, entry);
      length = (entry >> 24) + 2;
    }
    entry = load<u32>(<usize>next & distanceOffsets, distanceTable);
    if (entry & isSpecialDistance) {
      if ((entry & isInvalidDistance) != isInvalidDistance) {
        entry = secondEntry(distanceTable, entry, next >> (distanceBits + 2));
      }
      if (entry & isSpecialDistance) {
        result = bodyIsInvalid;
        break;
      }
    }
    const distance = (entry >> 16) + <u32>(((next << (62 - entry)) >> 1) >> (entry >> 8));
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

/** Returns where the next byte is written. Bytes after the literals are written too. */
@inline
function putLiterals(into: usize, entry: u32): usize {
  store<u32>(into, entry >> 8);
  return into + ((entry >> 6) & 3);
}

@inline
function secondEntry(table: usize, entry: u32, next: u64): u32 {
  const index = <u32>next & ((<u32>1 << (entry & 63)) - 1);
  return load<u32>(table + 4 * (((entry >> 8) & 0x1fff) + index));
}

/** The length of an entry that is in a second table, or has extra bits. */
@inline
function lengthOf(entry: u32, next: u64): u32 {
  if (entry < isSpecial) return (entry >> 24) + 2;
  const extra = (entry >> 17) & 7;
  const value = <u32>(next >> ((entry & 63) - extra + 2)) & ((<u32>1 << extra) - 1);
  return ((entry >> 8) & 0x1ff) + value;
}
