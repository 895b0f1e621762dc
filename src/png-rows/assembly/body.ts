// The symbols of a block: RFC 1951, 3.2.3.

import { copyMatch } from './copy-match';
import { distanceBits, distanceTable, literalBits, literalTable } from './layout';
import { at, bits, history, hold, out, setBits, setOut, softEnd } from './state';
import { endOfBlock, invalid, isFinal, isSpecial, literalMask } from './tables';

export const bodyContinues = 0;
export const bodyEnds = 1;
export const bodyIsInvalid = 2;

/** Decodes until the block ends, `target` is reached, or the data are used up. */
export function decodeBody(target: usize): i32 {
  const literalIndex: u64 = (1 << literalBits) - 1;
  const distanceIndex: u64 = (1 << distanceBits) - 1;
  let localHold = hold;
  let localBits = bits;
  let from = at;
  let into = out;
  const limit = softEnd;
  const oldest = history;
  let result = bodyContinues;
  while (into < target && from < limit) {
    localHold |= load<u64>(from) << (<u64>localBits);
    from += ((localBits & 63) ^ 63) >> 3;
    localBits |= 56;
    let entry = load<u32>(literalTable + <usize>((localHold & literalIndex) << 2));
    if (entry & literalMask) {
      localHold >>= entry;
      localBits -= entry;
      store<u32>(into, entry >> 8);
      into += (entry >> 6) & 3;
      entry = load<u32>(literalTable + <usize>((localHold & literalIndex) << 2));
      if (entry & literalMask) {
        localHold >>= entry;
        localBits -= entry;
        store<u32>(into, entry >> 8);
        into += (entry >> 6) & 3;
        entry = load<u32>(literalTable + <usize>((localHold & literalIndex) << 2));
        if (entry & literalMask) {
          localHold >>= entry;
          localBits -= entry;
          store<u32>(into, entry >> 8);
          into += (entry >> 6) & 3;
          entry = load<u32>(literalTable + <usize>((localHold & literalIndex) << 2));
          if (entry & literalMask) {
            localHold >>= entry;
            localBits -= entry;
            store<u32>(into, entry >> 8);
            into += (entry >> 6) & 3;
            continue;
          }
        }
      }
      localHold |= load<u64>(from) << (<u64>localBits);
      from += ((localBits & 63) ^ 63) >> 3;
      localBits |= 56;
    }
    if (entry & isSpecial) {
      if (!(entry & isFinal)) {
        const index = (localHold >> literalBits) & ((<u64>1 << ((entry >> 8) & 15)) - 1);
        entry = load<u32>(literalTable + 4 * (((entry >> 16) & 0x1fff) + <u32>index));
      }
      if (entry & literalMask) {
        localHold >>= entry;
        localBits -= entry;
        store<u8>(into++, <u8>(entry >> 8));
        continue;
      }
      if (entry & isSpecial) {
        localHold >>= entry;
        localBits -= entry;
        result = (entry & invalid) == endOfBlock ? bodyEnds : bodyIsInvalid;
        break;
      }
    }
    const length = (entry >> 16) + extraBits(localHold, entry);
    localHold >>= entry;
    localBits -= entry;
    entry = load<u32>(distanceTable + <usize>((localHold & distanceIndex) << 2));
    if (entry & isSpecial) {
      if (!(entry & isFinal)) {
        const index = (localHold >> distanceBits) & ((<u64>1 << ((entry >> 8) & 15)) - 1);
        entry = load<u32>(distanceTable + 4 * (((entry >> 16) & 0x1fff) + <u32>index));
      }
      if (entry & isSpecial) {
        result = bodyIsInvalid;
        break;
      }
    }
    const distance = (entry >> 16) + extraBits(localHold, entry);
    localHold >>= entry;
    localBits -= entry;
    if (distance > <u32>(into - oldest)) {
      result = bodyIsInvalid;
      break;
    }
    copyMatch(into, distance, length);
    into += length;
  }
  setBits(localHold, localBits & 63, from);
  setOut(into);
  return result;
}

/** The value of the bits that follow a code. */
@inline
function extraBits(hold: u64, entry: u32): u32 {
  return (<u32>hold & ~(<u32>-1 << entry)) >> ((entry >> 8) & 15);
}
