// Encodes blocks of one component as a baseline scan: ITU-T T.81, F.1.2. In a first pass the symbols are
// counted, in a second one the blocks are written.

import { blockBytes, codes, counts, moves, output, turned } from './layout';
import { at, hasSpace, pending, pendingBits, putWord, setWritten } from './written-bits';

/** The symbols of AC follow those of DC. */
const acAt = 256 * 4;
const endOfBlock = 0x00;
const sixteenZeros = 0xf0;
/** The largest values of 8-bit samples: F.1.2.1.1 and F.1.2.2.1. */
const maxDcSize = 11;
const maxAcSize = 10;

let marksOfBlocks: usize = 0;
let coefficients: usize = 0;
let isTurned: bool = false;
let lastDc: i32 = 0;
let hasLargeValue: bool = false;

/** Begins a pass over the blocks whose coefficients are kept at these addresses. */
export function beginBlocks(marks: usize, blocks: usize, isTurnedPass: bool): void {
  marksOfBlocks = marks;
  coefficients = blocks;
  isTurned = isTurnedPass;
  lastDc = 0;
  setWritten(0, 0, output);
}

export function clearCounts(): void {
  memory.fill(counts, 0, 512 * 4);
  hasLargeValue = false;
}

/** Whether a counted value is too large for a baseline file. */
export function hasValueOutOfRange(): bool {
  return hasLargeValue;
}

/** The marks of the block that `turn` has turned. */
let left: u64 = 0;

/** Returns where the coefficients of a block are, and sets `left`. */
@inline
function load64(index: i32): usize {
  const block = coefficients + (<usize>index << 7);
  left = load<u64>(marksOfBlocks + (<usize>index << 3)) & ~(<u64>1);
  return isTurned ? turn(block) : block;
}

/** Moves the coefficients of a block as `moves` says. */
function turn(block: usize): usize {
  store<i16>(turned, load<i16>(block));
  let next: u64 = 0;
  for (let marked = left; marked != 0; marked &= marked - 1) {
    const k = <usize>ctz(marked);
    const to = <usize>load<u8>(moves + 2 * k);
    const value = load<i16>(block + 2 * k);
    store<i16>(turned + 2 * to, load<u8>(moves + 2 * k + 1) != 0 ? -value : value);
    next |= <u64>1 << to;
  }
  left = next;
  return turned;
}

@inline
function sizeOf(value: i32): i32 {
  return 32 - clz(abs(value));
}

@inline
function addOne(place: usize): void {
  store<u32>(place, load<u32>(place) + 1);
}

@inline
function countDc(block: usize): void {
  const dc = <i32>load<i16>(block);
  const size = sizeOf(dc - lastDc);
  lastDc = dc;
  if (size > maxDcSize) hasLargeValue = true;
  addOne(counts + (<usize>size << 2));
}

/** Counts only the DC symbols of kept symbols: `countSequential` has counted those of AC. */
export function countDcOfBlocks(start: i32, count: i32): void {
  for (let i = start; i < start + count; i++) countDc(coefficients + <usize>i * blockBytes);
}

/** Counts the symbols of blocks that are `step` apart. */
export function countBlocks(start: i32, step: i32, count: i32): void {
  for (let i = 0, index = start; i < count; i++, index += step) {
    const block = load64(index);
    countDc(block);
    let k = 0;
    for (; left != 0; left &= left - 1) {
      const next = <i32>ctz(left);
      let run = next - k - 1;
      k = next;
      for (; run > 15; run -= 16) addOne(counts + acAt + (sixteenZeros << 2));
      const size = sizeOf(load<i16>(block + (k << 1)));
      if (size > maxAcSize) hasLargeValue = true;
      addOne(counts + acAt + (((run << 4) | (size & 15)) << 2));
    }
    if (k < 63) addOne(counts + acAt + (endOfBlock << 2));
  }
}

/** Writes blocks that are `step` apart until the output is full. Returns how many it wrote. */
export function writeBlocks(start: i32, step: i32, count: i32): i32 {
  let done = 0;
  for (let index = start; done < count && hasSpace(); done++, index += step) {
    writeBlock(load64(index));
  }
  return done;
}

/** All symbols take the same path, with the state in local variables. */
function writeBlock(block: usize): void {
  let bits = pending;
  let bitCount = pendingBits;
  let to = at;
  let marked = left;
  const dc = <i32>load<i16>(block);
  let value = dc - lastDc;
  lastDc = dc;
  let size = sizeOf(value);
  let code = load<u32>(codes + (<usize>size << 2));
  let k = 0;
  for (;;) {
    // The code, whose length is in its lowest 5 bits, and the value: F.1.2.1. Negative values are those
    // less one, without their sign.
    const low = (value + (value >> 31)) & ((1 << size) - 1);
    const length = (code & 31) + size;
    bits = (bits << length) | (((code >> 5) << size) | low);
    bitCount += length;
    if (bitCount >= 32) {
      bitCount -= 32;
      to = putWord(<u32>(bits >> bitCount), to);
    }
    if (marked != 0) {
      const next = <i32>ctz(marked);
      const run = next - k - 1;
      if (run > 15) {
        value = 0;
        size = 0;
        k += 16;
        code = load<u32>(codes + acAt + (sixteenZeros << 2));
        continue;
      }
      marked &= marked - 1;
      value = load<i16>(block + (next << 1));
      size = sizeOf(value);
      k = next;
      code = load<u32>(codes + acAt + (((run << 4) | size) << 2));
    } else if (k < 63) {
      value = 0;
      size = 0;
      k = 63;
      code = load<u32>(codes + acAt + (endOfBlock << 2));
    } else break;
  }
  setWritten(bits, bitCount, to);
}

/** Writes blocks whose symbols are kept, until the output is full. Returns how many it wrote. */
export function writeSymbols(start: i32, step: i32, count: i32): i32 {
  let done = 0;
  for (let index = start; done < count && hasSpace(); done++, index += step) {
    writeSymbolsOf(coefficients + <usize>index * blockBytes);
  }
  return done;
}

function writeSymbolsOf(block: usize): void {
  let bits = pending;
  let bitCount = pendingBits;
  let to = at;
  const dc = <i32>load<i16>(block);
  const difference = dc - lastDc;
  lastDc = dc;
  let size = sizeOf(difference);
  let value = (difference + (difference >> 31)) & ((1 << size) - 1);
  let code = load<u32>(codes + (<usize>size << 2));
  const end = block + (<usize>load<u16>(block, 2) << 2);
  for (let from = block; ; ) {
    const length = (code & 31) + size;
    bits = (bits << length) | (((code >> 5) << size) | value);
    bitCount += length;
    if (bitCount >= 32) {
      bitCount -= 32;
      to = putWord(<u32>(bits >> bitCount), to);
    }
    if (from == end) break;
    from += 4;
    const symbol = load<u32>(from);
    value = symbol & 0xffff;
    size = (symbol >> 16) & 15;
    code = load<u32>(codes + acAt + (<usize>(symbol >> 16) << 2));
  }
  setWritten(bits, bitCount, to);
}
