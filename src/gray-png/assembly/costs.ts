// The bits of literals and copies with the codes of the previous attempt at a segment.

import { distanceLengths, lengths } from './header';
import { costs } from './layout';
import {
  distanceExtraBits,
  distanceSymbol,
  lengthExtraBits,
  lengthSymbol,
  nextMatch,
} from './sequences';

/** The bits of a symbol that has no code yet. */
const unknownBits = 12;

/** Sums of the bits of a segment's bytes as literals, so that any part is one subtraction. */
export function sumCosts(start: usize, bytes: i32): void {
  let sum: u32 = 0;
  for (let i = 0; i < bytes; i++) {
    store<u32>(costs + 4 * i, sum);
    const length: u32 = load<u8>(lengths + load<u8>(start + i));
    sum += length > 0 ? length : unknownBits;
  }
  store<u32>(costs + 4 * bytes, sum);
}

/** The bits of a part of the segment as literals; `offset` counts from the segment's start. */
// @ts-ignore: decorator
@inline
export function literalBits(offset: usize, bytes: i32): i32 {
  const before = costs + 4 * offset;
  return load<u32>(before + 4 * bytes) - load<u32>(before);
}

export function copyBits(bytes: i32, distance: i32): i32 {
  const ofDistance = distanceSymbol(distance);
  const distanceBits = known(load<u8>(distanceLengths + ofDistance), 6) + distanceExtraBits(ofDistance);
  let bits = 0;
  for (let left = bytes; left > 0; ) {
    const length = nextMatch(left);
    bits += known(load<u8>(lengths + lengthSymbol(length)), 9) + lengthExtraBits(length) + distanceBits;
    left -= length;
  }
  return bits;
}

// @ts-ignore: decorator
@inline
function known(bits: u8, otherwise: i32): i32 {
  return bits > 0 ? bits : otherwise;
}
