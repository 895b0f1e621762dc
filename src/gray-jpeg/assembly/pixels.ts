// Blocks of samples: dequantization and the order of coefficients, ITU-T T.81, A.3.4 and figure A.6.

import { hasAc, hasLowRows, hasRightColumns, hasRows, transform } from './idct';
import { block, dequantizerBytes, dequantizers } from './layout';
import { at, have, hold, next8 } from './stream';
import { endOf, entryAt, fine, nextDc, noCode, stop } from './symbols';
import {
  advanceOf,
  lookupBits,
  shortAdvance,
  shortBits,
  shortEntryAt,
  shortValue,
  sizeOf,
  totalBits,
  valueOf,
} from './table';

/** Row and column of each coefficient in zigzag order. */
const zigzag: usize = memory.data<u8>([
  0x00, 0x01, 0x10, 0x20, 0x11, 0x02, 0x03, 0x12, 0x21, 0x30, 0x40, 0x31, 0x22, 0x13, 0x04, 0x05,
  0x14, 0x23, 0x32, 0x41, 0x50, 0x60, 0x51, 0x42, 0x33, 0x24, 0x15, 0x06, 0x07, 0x16, 0x25, 0x34,
  0x43, 0x52, 0x61, 0x70, 0x71, 0x62, 0x53, 0x44, 0x35, 0x26, 0x17, 0x27, 0x36, 0x45, 0x54, 0x63,
  0x72, 0x73, 0x64, 0x55, 0x46, 0x37, 0x47, 0x56, 0x65, 0x74, 0x75, 0x66, 0x57, 0x67, 0x76, 0x77,
]);

export function dequantizerAt(index: i32): usize {
  return dequantizers + index * dequantizerBytes;
}

/**
 * Sets the factor of the next coefficient in zigzag order. An entry has the place of the coefficient
 * in `block`, flags for `transform` and the factor.
 */
export function setFactor(index: i32, k: i32, factor: i32): void {
  const place = <u32>load<u8>(zigzag + k);
  const row = place >> 4;
  const column = place & 15;
  let entry = (row << 4) | (column << 1) | (factor << 16);
  if (k > 0) entry |= hasAc;
  if (row > 0) entry |= hasRows;
  if (row > 3) entry |= hasLowRows;
  if (column > 3) entry |= hasRightColumns;
  store<u32>(dequantizerAt(index) + (k << 2), entry);
}

// @ts-ignore: decorator
@inline
function clearBlock(): void {
  const zero = i32x4.splat(0);
  v128.store(block, zero);
  v128.store(block, zero, 16);
  v128.store(block, zero, 32);
  v128.store(block, zero, 48);
  v128.store(block, zero, 64);
  v128.store(block, zero, 80);
  v128.store(block, zero, 96);
  v128.store(block, zero, 112);
}

/** Stores a dequantized coefficient in 16 bits, as libjpeg-turbo does. Returns its flags. */
// @ts-ignore: decorator
@inline
function put(dequantizer: usize, k: i32, value: i32): u32 {
  const entry = load<u32>(dequantizer + (<usize>k << 2));
  store<i16>(block + (entry & 0xff), value * (entry >> 16));
  return entry;
}

/** Reads a sequential block and stores its samples. Short entries save time, other symbols are rare. */
export function readSamples(
  dc: usize,
  ac: usize,
  predicted: usize,
  dequantizer: usize,
  to: usize,
  stride: usize,
): i32 {
  const problemOfDc = nextDc(dc, predicted);
  if (problemOfDc != fine) return problemOfDc;
  clearBlock();
  put(dequantizer, 0, load<i32>(predicted));
  // Below the counted bits, `bits` may have a part of those that follow.
  let bits = hold | (next8(at) >> have);
  let from = at + ((63 - have) >> 3);
  let count = have | 56;
  let flags: u32 = 0;
  let k = 1;
  do {
    if (count < <i32>lookupBits) {
      bits |= next8(from) >> count;
      from += (63 - count) >> 3;
      count |= 56;
    }
    const short = shortEntryAt(ac, bits);
    if (short != 0) {
      k += shortAdvance(short);
      if (shortValue(short) != 0) flags |= put(dequantizer, k - 1, shortValue(short));
      bits <<= shortBits(short);
      count -= shortBits(short);
      continue;
    }
    bits |= next8(from) >> count;
    from += (63 - count) >> 3;
    count |= 56;
    const entry = entryAt(ac, bits);
    if (entry == 0) return stop(bits, count, from, noCode(ac));
    k += advanceOf(entry);
    if (sizeOf(entry) > 0 && k <= 64) flags |= put(dequantizer, k - 1, valueOf(entry, bits));
    bits <<= totalBits(entry);
    count -= totalBits(entry);
  } while (k < 64);
  transform(flags, to, stride);
  return stop(bits & ~(~(<u64>0) >> count), count, from, endOf(k, 63));
}

/** Stores the samples of blocks whose coefficients were kept, from left to right. */
export function transformKept(
  index: i32,
  marks: usize,
  coefficients: usize,
  count: i32,
  to: usize,
  stride: usize,
): void {
  const dequantizer = dequantizerAt(index);
  for (let i = 0; i < count; i++, marks += 8, coefficients += 128, to += 8) {
    clearBlock();
    put(dequantizer, 0, load<i16>(coefficients));
    let flags: u32 = 0;
    for (let left = load<u64>(marks) & ~(<u64>1); left != 0; left &= left - 1) {
      const k = <i32>ctz(left);
      flags |= put(dequantizer, k, load<i16>(coefficients + (k << 1)));
    }
    transform(flags, to, stride);
  }
}
