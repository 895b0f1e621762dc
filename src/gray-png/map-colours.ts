import type { Kernel } from './kernel.ts';
import { withKernel } from './kernels.ts';

/** RGB or RGBA with 8 bits per sample, without padding. */
interface Colours {
  pixels: Uint8Array;
  channels: 3 | 4;
}

/**
 * How colours are mapped: each channel’s value has a part, the parts are added, and the sum is
 * looked up. 1 is white.
 */
export interface ColourSums {
  /** For red, green and blue: the parts of its 256 values, for each output. */
  parts: readonly [red: Parts, green: Parts, blue: Parts];
  /**
   * The borders of 256 levels: level L holds sums from `borders[L]` to `borders[L + 1]`. The first
   * is not above 0, and the others are more than a step apart.
   */
  borders: Float64Array;
}

type Parts = readonly Float64Array[];

const white = 2 ** 24;
const steps = 2 ** 16;
const stepSize = white / steps;
/** More than the rounding of three parts and a border to fixed point. */
const maxError = 4;
const isUncertain = 256;
/** Pixels per call; the list of the uncertain ones must fit as well. */
const pixelsPerCall = 2 ** 15;
const callsPerTurn = 8;

/**
 * Maps RGB to RGB in place; alpha stays. `exact` is called with the index of the red sample of each
 * pixel that is too close to a border, and must map it. Sums must be less than 64 times white.
 */
export async function mapColours(
  { pixels, channels }: Colours,
  sums: ColourSums,
  exact: (at: number) => void,
): Promise<void> {
  await mapBySums({ pixels, channels }, sums, (kernel, at, count) => {
    const { heap, source } = kernel;
    const listed = listOf(kernel, kernel.mapColours(count, channels));
    pixels.set(heap.subarray(source, source + count * channels), at * channels);
    for (const pixel of listed) exact((at + pixel) * channels);
  });
}

/** Maps RGB to gray, and RGBA to gray and alpha. `exact` returns the gray of a pixel. */
export async function mapToGray(
  { pixels, channels }: Colours,
  sums: ColourSums,
  exact: (red: number, green: number, blue: number) => number,
): Promise<Uint8Array> {
  const grayChannels = channels === 4 ? 2 : 1;
  const mapped = new Uint8Array((pixels.length / channels) * grayChannels);
  await mapBySums({ pixels, channels }, sums, (kernel, at, count) => {
    const { heap, gray } = kernel;
    const listed = listOf(kernel, kernel.mapGray(count, channels));
    mapped.set(heap.subarray(gray, gray + count * grayChannels), at * grayChannels);
    for (const pixel of listed) {
      const from = (at + pixel) * channels;
      const [red, green, blue] = [pixels[from], pixels[from + 1], pixels[from + 2]];
      mapped[(at + pixel) * grayChannels] = exact(red ?? 0, green ?? 0, blue ?? 0);
    }
  });
  return mapped;
}

/**
 * Maps RGB to gray, and RGBA to gray and alpha: by the largest channel, or the mean of it and the
 * smallest, rounded half up.
 */
export async function mapExtremes(
  { pixels, channels }: Colours,
  isMean: boolean,
): Promise<Uint8Array> {
  const grayChannels = channels === 4 ? 2 : 1;
  const mapped = new Uint8Array((pixels.length / channels) * grayChannels);
  await withKernel(async (kernel) => {
    const { heap, gray } = kernel;
    await mapParts(kernel, { pixels, channels }, (at, count) => {
      kernel.mapExtremes(count, channels, isMean);
      mapped.set(heap.subarray(gray, gray + count * grayChannels), at * grayChannels);
    });
  });
  return mapped;
}

/** Calls `map` for parts of the image in the kernel’s source buffer, with tables. */
async function mapBySums(
  colours: Colours,
  { parts, borders }: ColourSums,
  map: (kernel: Kernel, at: number, count: number) => void,
): Promise<void> {
  await withKernel(async (kernel) => {
    const { heap } = kernel;
    new Int32Array(heap.buffer, kernel.parts).set(fixedPoint(parts));
    const limits = fixedBorders(borders);
    new Int32Array(heap.buffer, kernel.borders).set(limits);
    new Uint16Array(heap.buffer, kernel.levels).set(levelsOfSteps(limits));
    await mapParts(kernel, colours, (at, count) => map(kernel, at, count));
  });
}

async function mapParts(
  { heap, source }: Kernel,
  { pixels, channels }: Colours,
  map: (at: number, count: number) => void,
): Promise<void> {
  const all = pixels.length / channels;
  for (let at = 0, call = 1; at < all; at += pixelsPerCall, call++) {
    const count = Math.min(pixelsPerCall, all - at);
    heap.set(pixels.subarray(at * channels, (at + count) * channels), source);
    map(at, count);
    if (call % callsPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Where each level ends; the last one has no end. */
function fixedBorders(borders: Float64Array): Int32Array {
  const limits = Int32Array.from(borders.subarray(1, 256), (border) => Math.round(border * white));
  return Int32Array.of(...limits, 2 ** 31 - 1);
}

/** The level of each step; marked if the next level may begin in it. */
function levelsOfSteps(limits: Int32Array): Uint16Array {
  const levels = new Uint16Array(steps + 1);
  for (let step = 0, level = 0; step <= steps; step++) {
    while ((limits[level] as number) + maxError < step * stepSize) level++;
    const isSure = (limits[level] as number) - maxError > (step + 1) * stepSize;
    levels[step] = isSure ? level : level | isUncertain;
  }
  return levels;
}

/** One output takes one word per value, three take four. */
function fixedPoint(parts: ColourSums['parts']): Int32Array {
  const words = parts[0].length === 1 ? 1 : 4;
  const fixed = new Int32Array(3 * 256 * words);
  for (const [channel, outputs] of parts.entries()) {
    for (const [output, values] of outputs.entries()) {
      for (let value = 0; value < 256; value++) {
        fixed[(channel * 256 + value) * words + output] = Math.round((values[value] ?? 0) * white);
      }
    }
  }
  return fixed;
}

function listOf({ heap, filtered }: Kernel, count: number): Uint32Array {
  return new Uint32Array(heap.buffer.slice(filtered, filtered + 4 * count));
}
