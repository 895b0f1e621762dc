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
const callsPerTurn = 32;

/** How RGB is mapped to RGB; alpha stays. Sums must be less than 64 times white. */
export interface ColourMap {
  sums: ColourSums;
  /**
   * Maps a pixel that is too close to a border, in place; `at` is the index of its red sample.
   */
  exact(pixels: Uint8Array, at: number): void;
}

/** Maps colours in place. */
export async function mapColours({ pixels, channels }: Colours, map: ColourMap): Promise<void> {
  const mapAt = mapColoursAt(map, channels);
  await mapBySums({ pixels, channels }, map.sums, (kernel, at, count) => {
    const { heap, source } = kernel;
    mapAt(kernel, source, count);
    pixels.set(heap.subarray(source, source + count * channels), at * channels);
  });
}

/** Returns a function that maps pixels at an address in the heap of a kernel with the map’s tables. */
export function mapColoursAt({ exact }: ColourMap, channels: number) {
  return (kernel: Kernel, first: number, pixels: number): void => {
    for (let done = 0; done < pixels; done += kernel.maxListed) {
      const from = first + done * channels;
      const count = Math.min(kernel.maxListed, pixels - done);
      const listed = listOf(kernel, kernel.mapColours(from, count, channels));
      for (const pixel of listed) exact(kernel.heap, from + pixel * channels);
    }
  };
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
  sums: ColourSums,
  map: (kernel: Kernel, at: number, count: number) => void,
): Promise<void> {
  await withKernel(async (kernel) => {
    loadColourMap(kernel, sums);
    await mapParts(kernel, colours, (at, count) => map(kernel, at, count));
  });
}

/** Fills the tables of a kernel. */
export function loadColourMap(kernel: Kernel, { parts, borders }: ColourSums): void {
  const { buffer } = kernel.heap;
  new Int32Array(buffer, kernel.parts).set(fixedPoint(parts));
  const limits = fixedBorders(borders);
  new Int32Array(buffer, kernel.borders).set(limits);
  new Uint16Array(buffer, kernel.levels).set(levelsOfSteps(limits));
}

async function mapParts(
  { heap, source, maxListed }: Kernel,
  { pixels, channels }: Colours,
  map: (at: number, count: number) => void,
): Promise<void> {
  const all = pixels.length / channels;
  for (let at = 0, call = 1; at < all; at += maxListed, call++) {
    const count = Math.min(maxListed, all - at);
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

function listOf({ heap, listed }: Kernel, count: number): Uint32Array {
  return new Uint32Array(heap.buffer, listed, count);
}
