// Blocks of sequential files: ITU-T T.81, F.2.2.

import { counts } from './layout';
import { at, have, hold, word } from './stream';
import { endOf, entryAt, fine, nextDc, noCode, stop } from './symbols';
import { advanceOf, rawValue, sizeOf, totalBits, valueOf } from './table';

/** How often each symbol of AC occurs. */
const acCounts: usize = counts + 256 * 4;

/** Reads a block without keeping anything. */
export function skipSequential(dc: usize, ac: usize, predicted: usize): i32 {
  const problemOfDc = nextDc(dc, predicted);
  if (problemOfDc != fine) return problemOfDc;
  let bits = hold;
  let count = have;
  let from = at;
  let k = 1;
  do {
    if (count < 32) {
      bits |= word(from) << (32 - count);
      from += 4;
      count += 32;
    }
    const entry = entryAt(ac, bits);
    if (entry == 0) return stop(bits, count, from, noCode(ac));
    bits <<= totalBits(entry);
    count -= totalBits(entry);
    k += advanceOf(entry);
  } while (k < 64);
  return stop(bits, count, from, endOf(k, 63));
}

/**
 * Reads a block, stores its DC value, and counts the AC symbols that a baseline file will have. They may
 * differ from those of the source only for zeros at the end of a block.
 */
export function countSequential(dc: usize, ac: usize, predicted: usize, block: usize): i32 {
  const problemOfDc = nextDc(dc, predicted);
  if (problemOfDc != fine) return problemOfDc;
  store<i16>(block, <i16>load<i32>(predicted));
  let bits = hold;
  let count = have;
  let from = at;
  let zeros: usize = 0;
  let k = 1;
  do {
    if (count < 32) {
      bits |= word(from) << (32 - count);
      from += 4;
      count += 32;
    }
    const entry = entryAt(ac, bits);
    if (entry == 0) return stop(bits, count, from, noCode(ac));
    bits <<= totalBits(entry);
    count -= totalBits(entry);
    const advance = advanceOf(entry);
    k += advance;
    // Sixteen zeros count only if a value follows. The end of a block is counted below.
    const place = acCounts + (<usize>(((advance - 1) << 4) | sizeOf(entry)) << 2);
    if (sizeOf(entry) > 0) {
      store<u32>(place, load<u32>(place) + 1);
      if (zeros > 0) {
        store<u32>(acCounts + (0xf0 << 2), load<u32>(acCounts + (0xf0 << 2)) + <u32>zeros);
        zeros = 0;
      }
    } else zeros++;
  } while (k < 64);
  // A value in the last place needs no end.
  if (zeros > 0) store<u32>(acCounts, load<u32>(acCounts) + 1);
  return stop(bits, count, from, endOf(k, 63));
}

/**
 * Reads a block, and stores its DC value, the number of its AC symbols, and these as a baseline file has
 * them: each with the bits of its value.
 */
export function readSymbols(dc: usize, ac: usize, predicted: usize, block: usize): i32 {
  const problemOfDc = nextDc(dc, predicted);
  if (problemOfDc != fine) return problemOfDc;
  let bits = hold;
  let count = have;
  let from = at;
  let to = block;
  /** Zeros after it are the end of the block. */
  let lastValue = block;
  let k = 1;
  do {
    if (count < 32) {
      bits |= word(from) << (32 - count);
      from += 4;
      count += 32;
    }
    const entry = entryAt(ac, bits);
    if (entry == 0) return stop(bits, count, from, noCode(ac));
    const advance = advanceOf(entry);
    const size = sizeOf(entry);
    k += advance;
    to += 4;
    store<u32>(to, ((((advance - 1) << 4) | size) << 16) | rawValue(entry, bits));
    if (size > 0) lastValue = to;
    bits <<= totalBits(entry);
    count -= totalBits(entry);
  } while (k < 64);
  if (lastValue != to) {
    lastValue += 4;
    store<u32>(lastValue, 0);
  }
  store<i16>(block, <i16>load<i32>(predicted));
  store<u16>(block, <u16>((lastValue - block) >> 2), 2);
  return stop(bits, count, from, endOf(k, 63));
}

/** Reads a block, and stores its coefficients and a bit for each that is not zero. */
export function readSequential(
  dc: usize,
  ac: usize,
  predicted: usize,
  marks: usize,
  block: usize,
): i32 {
  memory.fill(block, 0, 128);
  const problemOfDc = nextDc(dc, predicted);
  if (problemOfDc != fine) return problemOfDc;
  store<i16>(block, <i16>load<i32>(predicted));
  let bits = hold;
  let count = have;
  let from = at;
  let marked: u64 = 0;
  let k = 1;
  do {
    if (count < 32) {
      bits |= word(from) << (32 - count);
      from += 4;
      count += 32;
    }
    const entry = entryAt(ac, bits);
    if (entry == 0) return stop(bits, count, from, noCode(ac));
    k += advanceOf(entry);
    if (sizeOf(entry) > 0 && k <= 64) {
      store<i16>(block + ((k - 1) << 1), <i16>valueOf(entry, bits));
      marked |= <u64>1 << (k - 1);
    }
    bits <<= totalBits(entry);
    count -= totalBits(entry);
  } while (k < 64);
  store<u64>(marks, marked);
  return stop(bits, count, from, endOf(k, 63));
}
