import { ConversionError } from '../errors.ts';
import { type GrayPixels, maxOf, type PixelImage, type Samples } from '../pixel-image.ts';
import type { Recipe } from '../recipe/recipe-options.ts';
import { hasTransparency } from './alpha.ts';
import { type Levels, spreadErrors } from './dither.ts';

interface FewGrays {
  depth: 1 | 2 | 4;
  dither: Recipe['dither'];
  /** Frames stacked vertically. No error is spread from one to the next. */
  frames: number;
}

/** Throws `ConversionError` for transparent pixels: outputs with few grays have no alpha. */
export function checkOpaque(image: PixelImage, depth: number): void {
  if (!hasTransparency(image)) return;
  throw new ConversionError(
    'UNSUPPORTED_DEPTH',
    `Expected an opaque image for depth (GRAY_DEPTH) ${depth} but some pixels are transparent. Choose flatten for alpha (GRAY_ALPHA), or depth 8.`,
  );
}

/**
 * Reduces opaque gray to 2, 4 or 16 evenly spaced grays from black to white, stored as 8-bit samples.
 */
export function toFewGrays(
  { pixels, width, height }: GrayPixels,
  { depth, dither, frames }: FewGrays,
): GrayPixels {
  const grays = new Uint8Array(pixels.length);
  const levels = levelsOf(depth, maxOf(pixels));
  const frameLength = pixels.length / frames;
  for (let start = 0; start < pixels.length; start += frameLength) {
    const from = pixels.subarray(start, start + frameLength);
    const into = grays.subarray(start, start + frameLength);
    if (dither === 'none') round(from, into, levels);
    else spreadErrors({ from, into, width }, levels);
  }
  return { pixels: grays, width, height, channels: 1 };
}

/** The distance between two grays is odd, so no value is halfway between them. */
function levelsOf(depth: FewGrays['depth'], max: number): Levels {
  const steps = 2 ** depth - 1;
  const distance = max / steps;
  const margin = (distance - 1) / 2;
  const nearest = new Uint8Array(max + 2 * margin + 1);
  const errors = new Int32Array(nearest.length);
  for (let i = 0; i < nearest.length; i++) {
    const level = Math.floor(i / distance);
    nearest[i] = level * (255 / steps);
    errors[i] = i - margin - level * distance;
  }
  return { nearest, errors, sevenErrors: errors.map((error) => 7 * error), margin };
}

function round(from: Samples, into: Uint8Array, { nearest, margin }: Levels): void {
  for (let at = 0; at < into.length; at += samplesPerCall) {
    const end = at + samplesPerCall;
    roundPart(from.subarray(at, end), into.subarray(at, end), nearest.subarray(margin));
  }
}

/** Work is split into calls of this size, because V8 optimizes functions that are called often. */
const samplesPerCall = 2_048;

function roundPart(from: Samples, into: Uint8Array, nearest: Uint8Array): void {
  for (let i = 0; i < into.length; i++) into[i] = nearest[from[i] as number] as number;
}
