// How far the mean colours of blocks are from neutral gray. They are in the DC values, so no other
// coefficient and no luma is needed.

import { chromaCounts, partBytes, parts } from './layout';

/** The DC quantizers of blue and red. */
let blueFactor: i32 = 0;
let redFactor: i32 = 0;

export function setChromaFactors(blue: i32, red: i32): void {
  blueFactor = blue;
  redFactor = red;
}

export function clearChromaCounts(): void {
  memory.fill(chromaCounts, 0, 256 * 4);
}

/**
 * Counts the largest minus the smallest of red, green and blue, from the last DC values of Cb and Cr,
 * which the second and third part have at `dcAt`. Luma adds the same to all three: JFIF 1.02, page 4.
 */
export function countChroma(dcAt: usize, lowBit: i32): void {
  const blue = limited((load<i32>(parts + partBytes + dcAt) << lowBit) * blueFactor);
  const red = limited((load<i32>(parts + 2 * partBytes + dcAt) << lowBit) * redFactor);
  const ofRed = 1402 * red;
  const ofGreen = -344 * blue - 714 * red;
  const ofBlue = 1772 * blue;
  const range = max(max(ofRed, ofGreen), ofBlue) - min(min(ofRed, ofGreen), ofBlue);
  const place = chromaCounts + (<usize>min((range + unit / 2) / unit, 255) << 2);
  store<u32>(place, load<u32>(place) + 1);
}

/** A DC value is 8 times the mean, and the numbers above are thousandths. */
const unit: i32 = 8 * 1000;

/** What 8 bits can have. */
@inline
function limited(value: i32): i32 {
  return min(max(value, -128 * 8), 127 * 8);
}
