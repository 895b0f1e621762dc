// Colours by tables: the parts of red, green and blue are added, and the sum is looked up. Sums are in
// fixed point, 2^24 for white. Close to the border of two levels their rounding might matter; such
// pixels are listed, for the caller to compute.

import { scratchOfBlock } from './block';
import { gray, source } from './layout';

const white: i32 = 1 << 24;
/** The bits of a sum below one step of the level table. */
const stepBits = 8;
const steps = 1 << 16;
/** Added to a level that is only one of two possible ones: the border above it decides. */
const uncertain: u32 = 256;
/** More than the rounding of three parts and a border to fixed point. */
const maxError: u32 = 4;

/** For each value of red, then of green, then of blue: four parts for colours, or one for gray. */
export const parts: usize = (scratchOfBlock + 15) & ~15;
/** The level of each step, 16 bits each. */
export const levels: usize = parts + 3 * 256 * 16;
/** Where the sums of each level end, 32 bits each. */
export const borders: usize = (levels + 2 * (steps + 1) + 3) & ~3;
/** The pixels of a call that the caller must compute, 32 bits each. */
export const listed: usize = borders + 4 * 256;
export const maxListed: i32 = 8192;
export const scratchOfTables: usize = listed + 4 * maxListed;

/** Maps at most `maxListed` colours in place; lists the uncertain ones, and returns their number. */
export function mapColours(from: usize, pixels: i32, channels: i32): i32 {
  let count = 0;
  for (let i = 0, at = from; i < pixels; i++, at += channels) {
    const sum = i32x4.add(
      i32x4.add(
        v128.load(parts + 16 * <usize>load<u8>(at)),
        v128.load(parts + 16 * <usize>load<u8>(at, 1), 16 * 256),
      ),
      v128.load(parts + 16 * <usize>load<u8>(at, 2), 2 * 16 * 256),
    );
    const clamped = i32x4.min_s(i32x4.max_s(sum, i32x4.splat(0)), i32x4.splat(white));
    const step = i32x4.shr_u(clamped, stepBits);
    let red = levelAt(i32x4.extract_lane(step, 0));
    let green = levelAt(i32x4.extract_lane(step, 1));
    let blue = levelAt(i32x4.extract_lane(step, 2));
    if ((red | green | blue) >= uncertain) {
      red = decided(red, i32x4.extract_lane(clamped, 0));
      green = decided(green, i32x4.extract_lane(clamped, 1));
      blue = decided(blue, i32x4.extract_lane(clamped, 2));
      if ((red | green | blue) >= uncertain) {
        store<u32>(listed + 4 * count++, i);
        continue;
      }
    }
    store<u8>(at, <u8>red);
    store<u8>(at, <u8>green, 1);
    store<u8>(at, <u8>blue, 2);
  }
  return count;
}

/** The same from `source` to one gray channel in `gray`, followed by alpha if there are four. */
export function mapGray(pixels: i32, channels: i32): i32 {
  const grayChannels = channels == 4 ? 2 : 1;
  let count = 0;
  let into = gray;
  for (let i = 0, at = source; i < pixels; i++, at += channels, into += grayChannels) {
    const sum =
      load<i32>(parts + 4 * <usize>load<u8>(at)) +
      load<i32>(parts + 4 * <usize>load<u8>(at, 1), 4 * 256) +
      load<i32>(parts + 4 * <usize>load<u8>(at, 2), 2 * 4 * 256);
    const clamped = min(max(sum, 0), white);
    const level = decided(levelAt(clamped >> stepBits), clamped);
    if (level >= uncertain) store<u32>(listed + 4 * count++, i);
    store<u8>(into, <u8>level);
    if (channels == 4) store<u8>(into, load<u8>(at, 3), 1);
  }
  return count;
}

// @ts-ignore: decorator
@inline
function levelAt(step: i32): u32 {
  return load<u16>(levels + 2 * <usize>step);
}

/** Compares the sum with the border above an uncertain level, unless it is too close to be sure. */
function decided(level: u32, sum: i32): u32 {
  if (level < uncertain) return level;
  const above = sum - load<i32>(borders + 4 * <usize>(level - uncertain));
  if (<u32>(above + maxError) <= 2 * maxError) return level;
  return level - uncertain + (above > 0 ? 1 : 0);
}
