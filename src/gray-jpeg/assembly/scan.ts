// Decodes the MCUs of a restart interval: ITU-T T.81, A.2, E.2 and F.2.

import {
  readAcFirst,
  readAcMore,
  readDcFirst,
  readDcMore,
  setEmptyBlocks,
  takeEmptyBlocks,
} from './progressive';
import { countChroma } from './chroma';
import { dequantizerAt as dequantizerOf, readSamples } from './pixels';
import { countSequential, readSequential, readSymbols, skipSequential } from './sequential';
import { fine, lowBit, needsData } from './symbols';
import { blockBytes, partBytes, parts } from './layout';
import { at, beginStream, end, isComplete } from './stream';
import { tableAt } from './table';

// How the blocks of a scan are coded.
export const sequential = 0;
export const dcFirst = 1;
export const dcMore = 2;
export const acFirst = 3;
export const acMore = 4;
/** Sequential blocks whose samples are stored instead of coefficients. */
export const samples = 5;

// The fields of a part.
const predictedAt = 0;
const acrossAt = 4;
const downAt = 8;
const storedAcrossAt = 12;
const marksAt = 16;
const coefficientsAt = 20;
const keepsAllAt = 24;
const dequantizerAt = 28;
const samplesAt = 32;
const strideAt = 36;

let coding: i32 = sequential;
let partCount: i32 = 0;
let mcusAcross: i32 = 1;
let mcuBytes: i32 = 0;
/** The next MCU. */
let x: i32 = 0;
let y: i32 = 0;
/** Whether the symbols of a kept row are counted instead of storing them. */
let isCounting: bool = false;
/** Why the last call stopped. */
let problem: i32 = fine;

export function setCounting(isOn: bool): void {
  isCounting = isOn;
}

export function beginScan(scanCoding: i32, across: i32): void {
  coding = scanCoding;
  mcusAcross = across;
  partCount = 0;
  mcuBytes = 0;
}

/**
 * Adds component i, whose tables are in the slots 2 i and 2 i + 1. `marks` and `coefficients` are
 * addresses, or 0 if they are not kept. Unless `keepsAll`, only one row of MCUs is kept.
 */
export function addPart(
  across: i32,
  down: i32,
  storedAcross: i32,
  marks: usize,
  coefficients: usize,
  keepsAll: bool,
): void {
  const part = parts + partCount * partBytes;
  store<i32>(part, across, acrossAt);
  store<i32>(part, down, downAt);
  store<i32>(part, storedAcross, storedAcrossAt);
  store<u32>(part, <u32>marks, marksAt);
  store<u32>(part, <u32>coefficients, coefficientsAt);
  store<i32>(part, keepsAll ? 1 : 0, keepsAllAt);
  partCount++;
  mcuBytes += across * down * blockBytes;
}

/** Adds a component whose samples are stored in rows at an address. */
export function addSamples(
  across: i32,
  down: i32,
  component: i32,
  samples: usize,
  stride: usize,
): void {
  const part = parts + partCount * partBytes;
  addPart(across, down, 0, 0, 0, false);
  store<u32>(part, <u32>dequantizerOf(component), dequantizerAt);
  store<u32>(part, <u32>samples, samplesAt);
  store<u32>(part, <u32>stride, strideAt);
}

export function beginInterval(mcu: i32): void {
  beginStream();
  setEmptyBlocks(0);
  for (let i = 0; i < partCount; i++) store<i32>(parts + i * partBytes, 0, predictedAt);
  y = mcu / mcusAcross;
  x = mcu - y * mcusAcross;
}

export function problemOfScan(): i32 {
  return problem;
}

/** Decodes up to `count` MCUs and returns how many it did; `problemOfScan` says why it stopped. */
export function decode(count: i32): i32 {
  let done = 0;
  while (done < count) {
    if (!isComplete && <i32>(end - at) < mcuBytes + 8) {
      problem = needsData;
      return done;
    }
    const empty = coding == acFirst ? takeEmptyBlocks(count - done) : 0;
    if (empty == 0) {
      problem = coding == samples ? sampleMcu() : decodeMcu();
      if (problem != fine) return done;
      done++;
      x++;
    } else {
      done += empty;
      x += empty;
    }
    if (x >= mcusAcross) {
      y += x / mcusAcross;
      x %= mcusAcross;
    }
  }
  problem = fine;
  return done;
}

function sampleMcu(): i32 {
  for (let i = 0; i < partCount; i++) {
    const part = parts + i * partBytes;
    const across = load<i32>(part, acrossAt);
    const down = load<i32>(part, downAt);
    const stride = <usize>load<u32>(part, strideAt);
    const dequantizer = <usize>load<u32>(part, dequantizerAt);
    const dc = tableAt(2 * i);
    const ac = tableAt(2 * i + 1);
    let start = <usize>load<u32>(part, samplesAt) + <usize>(x * across) * 8;
    for (let row = 0; row < down; row++, start += 8 * stride) {
      for (let column = 0; column < across; column++) {
        const to = start + column * 8;
        const code = readSamples(dc, ac, part + predictedAt, dequantizer, to, stride);
        if (code != fine) return code;
      }
    }
  }
  return fine;
}

function decodeMcu(): i32 {
  for (let i = 0; i < partCount; i++) {
    const part = parts + i * partBytes;
    const across = load<i32>(part, acrossAt);
    const down = load<i32>(part, downAt);
    const storedAcross = load<i32>(part, storedAcrossAt);
    const top = load<i32>(part, keepsAllAt) != 0 ? y * down : 0;
    for (let row = top; row < top + down; row++) {
      const start = row * storedAcross + x * across;
      for (let block = start; block < start + across; block++) {
        const code = decodeBlock(i, part, block);
        if (code != fine) return code;
      }
    }
  }
  if (partCount == 3 && coding <= dcFirst) countChroma(predictedAt, coding == dcFirst ? lowBit : 0);
  return fine;
}

function decodeBlock(index: i32, part: usize, block: i32): i32 {
  const dc = tableAt(2 * index);
  const ac = tableAt(2 * index + 1);
  const predicted = part + predictedAt;
  const marks = <usize>load<u32>(part, marksAt) + block * 8;
  const kept = <usize>load<u32>(part, coefficientsAt);
  const coefficients = kept == 0 ? kept : kept + block * 128;
  switch (coding) {
    case sequential:
      if (kept == 0) return skipSequential(dc, ac, predicted);
      if (load<i32>(part, keepsAllAt) != 0) {
        return readSequential(dc, ac, predicted, marks, coefficients);
      }
      return isCounting
        ? countSequential(dc, ac, predicted, kept + block * blockBytes)
        : readSymbols(dc, ac, predicted, kept + block * blockBytes);
    case dcFirst:
      return readDcFirst(dc, predicted, coefficients);
    case dcMore:
      return readDcMore(coefficients);
    case acFirst:
      return readAcFirst(ac, marks, coefficients);
    default:
      return readAcMore(ac, marks, coefficients);
  }
}
