// A zlib stream in parts: RFC 1950 and RFC 1951.

import { adler, addToAdler, resetAdler } from './adler';
import { readCodes, useFixedCodes } from './block-header';
import { bodyEnds, bodyIsInvalid, decodeBody } from './body';
import { setWindow } from './entries';
import { paddingBytes, source, sourceBytes, strip, window, windowBytes } from './layout';
import {
  at,
  bits,
  end,
  history,
  hold,
  isLast,
  isPastEnd,
  out,
  refill,
  resetState,
  setBits,
  setHistory,
  setOut,
  setSource,
  softEnd,
  take,
  unread,
} from './state';

export const needsSource = 0;
export const isFull = 1;
export const hasEnded = 2;
export const isInvalid = 3;

const inHeader = 0;
const beforeBlock = 1;
const inBody = 2;
const inStored = 3;
const atEnd = 4;

let phase: i32 = inHeader;
let isLastBlock: bool = false;
let storedBytes: u32 = 0;

export function beginInflate(): void {
  resetState();
  resetAdler();
  phase = inHeader;
  isLastBlock = false;
}

/** Moves data that were not read to the start; returns where the next ones are written. */
export function makeRoom(): usize {
  unread();
  const left = end - at;
  memory.copy(source, at, left);
  setSource(source, source, source + left, false);
  return source + left;
}

/** Adds the bytes up to `newEnd`. */
export function addSource(newEnd: usize, last: bool): void {
  memory.fill(newEnd, 0, paddingBytes);
  // Before the last part, a header of a block may follow the soft end.
  const margin = newEnd - source > <usize>paddingBytes ? paddingBytes : <i32>(newEnd - source);
  setSource(at, last ? newEnd + 8 : newEnd - margin, newEnd, last);
}

export function sourceEnd(): usize {
  return source + sourceBytes;
}

/** Inflates until there are `bytes` in the strip. */
export function inflateStrip(bytes: i32): i32 {
  const status = inflateTo(strip + bytes);
  if (status == isFull) addToAdler(strip, bytes);
  return status;
}

/** Removes the first bytes of the strip, which matches can still refer to. */
export function nextStrip(bytes: i32): void {
  const start = strip + bytes - windowBytes;
  memory.copy(window, start, out - start);
  setOut(out - bytes);
  setHistory(max(window, history - bytes));
}

/** After the last strip, whose bytes were removed. */
export function finishInflate(): i32 {
  const status = inflateTo(strip + 1);
  if (status != hasEnded) return status == needsSource ? needsSource : isInvalid;
  if (out != strip) return isInvalid;
  take(bits & 7);
  refill();
  const checksum = bswap(take(32));
  if (checksum != adler() || isPastEnd()) return isInvalid;
  return isLast && (at << 3) - bits == end << 3 ? hasEnded : isInvalid;
}

function inflateTo(target: usize): i32 {
  while (out < target) {
    if (phase == atEnd) return hasEnded;
    if (at >= softEnd) return isLast ? isInvalid : needsSource;
    if (phase == inHeader) {
      if (!readHeader()) return isInvalid;
    } else if (phase == beforeBlock) {
      if (!readBlockHeader()) return isInvalid;
    } else if (phase == inBody) {
      const result = decodeBody(target);
      if (result == bodyIsInvalid) return isInvalid;
      if (result == bodyEnds) endBlock();
    } else if (!copyStored(target)) {
      return isLast ? isInvalid : needsSource;
    }
    if (isPastEnd()) return isInvalid;
  }
  return isFull;
}

/** RFC 1950, 2.2. */
function readHeader(): bool {
  refill();
  const method = take(8);
  const flags = take(8);
  if ((method & 15) != 8 || method >> 4 > 7) return false;
  if (((method << 8) | flags) % 31 != 0 || (flags & 32) != 0) return false;
  setWindow((method >> 4) + 8);
  phase = beforeBlock;
  return true;
}

function readBlockHeader(): bool {
  refill();
  isLastBlock = take(1) != 0;
  const type = take(2);
  phase = inBody;
  if (type == 1) useFixedCodes();
  else if (type == 2) return readCodes();
  else return type == 0 && beginStored();
  return true;
}

function endBlock(): void {
  phase = isLastBlock ? atEnd : beforeBlock;
}

/** RFC 1951, 3.2.4. */
function beginStored(): bool {
  take(bits & 7);
  refill();
  storedBytes = take(16);
  const inverted = take(16);
  // The bytes are read from memory.
  unread();
  phase = inStored;
  if (storedBytes == 0) endBlock();
  return storedBytes == (inverted ^ 0xffff);
}

/** Returns false if there are no data. */
function copyStored(target: usize): bool {
  if (at >= end) return false;
  const count = min(storedBytes, min(<u32>(end - at), <u32>(target - out)));
  memory.copy(out, at, count);
  setBits(0, 0, at + count);
  setOut(out + count);
  storedBytes -= count;
  if (storedBytes == 0) endBlock();
  return true;
}
