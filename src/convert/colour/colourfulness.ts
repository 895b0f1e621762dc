import { maxOf, type PixelImage, type Samples } from '../pixel-image.ts';

/**
 * How far colours are from neutral. The chroma of a pixel is its largest minus its smallest of red,
 * green and blue in sRGB, from 0 (neutral) to 255.
 */
export interface Colourfulness {
  /** The largest chroma. */
  max: number;
  /** The smallest chroma that at least 99 % of the pixels do not exceed. */
  p99: number;
  /**
   * Whether the image is gray, for example saved as an RGB JPEG, apart from the noise of a scanner and
   * of compression: `max` is at most 32 and `p99` at most 12. Of a JPEG without loss, `max` is that of
   * blocks, and at most 16.
   */
  isNeutral: boolean;
}

/** docs/semantics.md has the measurements. Colour photographs have a p99 of 40 and more. */
const maxNeutral = { max: 32, p99: 12 };
const maxNeutralMeans = { max: 16, p99: 12 };

/** At least this many pixels are counted, or all of a smaller image. */
const minCounted = 1_024;
/** In large images, one pixel is counted in each square of this side. */
const maxStep = 8;
/** Offset from one counted row to the next, so that patterns of columns are not missed. */
const shift = 3;

/** Measures sRGB pixels; transparent ones do not count. */
export function measureColourfulness(image: PixelImage): Colourfulness {
  const meter = createColourMeter(image);
  meter.add(image.pixels, 0);
  return meter.result();
}

/** Measures an image whose rows arrive in parts. */
export interface ColourMeter {
  /** Adds rows from `y` on. The top row begins anew. */
  add(pixels: Samples, y: number): void;
  result(): Colourfulness;
}

/**
 * In large images one pixel in 64 is counted, which takes at most 2 % of the time of a conversion.
 */
export function createColourMeter(image: Omit<PixelImage, 'pixels'>): ColourMeter {
  const { width, height, channels } = image;
  const step = stepFor(width * height);
  const counts = new Uint32Array(256);
  return {
    add(pixels, y) {
      if (y === 0) counts.fill(0);
      if (channels < 3) return;
      const rows = pixels.length / (width * channels);
      for (let row = -y & (step - 1); row < rows; row += step) {
        const first = (((y + row) / step) * shift) % step;
        countRow(pixels, counts, {
          at: (row * width + first) * channels,
          end: (row + 1) * width * channels,
          step: step * channels,
          alphaAt: channels === 4 ? 3 : 0,
          scale: maxOf(pixels) / 255,
        });
      }
    },
    result: () => (channels < 3 ? neutral : summarize(counts)),
  };
}

/** Of gray. */
export const neutral: Colourfulness = { max: 0, p99: 0, isNeutral: true };

/** A power of two. */
function stepFor(pixels: number): number {
  let step = 1;
  while (step < maxStep && pixels >= minCounted * (2 * step) ** 2) step *= 2;
  return step;
}

interface RowToCount {
  at: number;
  end: number;
  step: number;
  /** Offset of alpha from the red sample; 0 if there is no alpha. */
  alphaAt: 0 | 3;
  /** What 1 of 8 bits is in these samples: 1 or 257. */
  scale: number;
}

/** A function for each row, because V8 optimizes functions that are called often. */
function countRow(pixels: Samples, counts: Uint32Array, row: RowToCount): void {
  const { end, step, alphaAt, scale } = row;
  for (let { at } = row; at < end; at += step) {
    if (alphaAt > 0 && pixels[at + alphaAt] === 0) continue;
    const red = pixels[at] as number;
    const green = pixels[at + 1] as number;
    const blue = pixels[at + 2] as number;
    const chroma = Math.max(red, green, blue) - Math.min(red, green, blue);
    const level = scale === 1 ? chroma : Math.round(chroma / scale);
    counts[level] = (counts[level] as number) + 1;
  }
}

/**
 * Summarizes the chroma of the means of blocks: of 8 x 8 pixels, or larger where colours are
 * subsampled. A mean has hardly any noise, and details count by their area, so less is neutral.
 */
export function summarizeBlocks(counts: Uint32Array): Colourfulness {
  return summarize(counts, maxNeutralMeans);
}

function summarize(counts: Uint32Array, limits = maxNeutral): Colourfulness {
  const total = counts.reduce((sum, count) => sum + count);
  let counted = 0;
  let p99 = 0;
  let max = 0;
  for (const [chroma, count] of counts.entries()) {
    if (counted * 100 < total * 99) p99 = chroma;
    if (count > 0) max = chroma;
    counted += count;
  }
  return { max, p99, isNeutral: max <= limits.max && p99 <= limits.p99 };
}
