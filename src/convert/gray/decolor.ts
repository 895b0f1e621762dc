import { type Lab, labOf } from '../colour/lab.ts';
import { maxOf, type PixelImage } from '../pixel-image.ts';
import { mulberry32 } from './mulberry32.ts';
import type { Weights } from './weighted.ts';

// Contrast-preserving decolorization after C. Lu, L. Xu, J. Jia, “Real-time Contrast Preserving
// Decolorization”, SIGGRAPH Asia 2012 Technical Briefs, written from the paper. Of 66 global
// weightings, it selects the one whose gray differences best match the colour differences, where
// either sign of a difference is equally good (the two peaks of a Gaussian).

const rec601: Weights = [19_595, 38_470, 7_471];
const sigma = 0.05;
/** Minimum colour difference, where black and white differ by 1. Smaller ones are invisible. */
const minContrast = 0.05;
/** Approximate number of pixels to sample. */
const sampleSize = 64 * 64;

interface Colour extends Lab {
  r: number;
  g: number;
  b: number;
}

interface Pair {
  red: number;
  green: number;
  blue: number;
  /** Distance in CIELAB, limited to what gray can show. */
  contrast: number;
}

/** Weights in tenths; those of Rec. 601 if no two colours differ in more than lightness. */
export function decolorWeights(image: PixelImage): Weights {
  const { colours, width } = sampleOf(image);
  const pairs = pairsOf(colours, width);
  if (pairs.length === 0) return rec601;
  const scores = candidates.map((weights) => scoreOf(weights, pairs));
  return candidates[scores.indexOf(Math.max(...scores))] ?? rec601;
}

/**
 * All weights in tenths that add up to 1, nearest to Rec. 601 first, because the first of equal
 * scores wins.
 */
const candidates: readonly Weights[] = Array.from({ length: 11 * 11 }, (_, i): Weights => {
  const [red, green] = [Math.floor(i / 11), i % 11];
  return [red, green, 10 - red - green];
})
  .filter(([, , blue]) => blue >= 0)
  .sort((a, b) => distanceToRec601(a) - distanceToRec601(b));

function distanceToRec601(weights: Weights): number {
  return Math.hypot(...weights.map((weight, i) => weight / 10 - (rec601[i] ?? 0) / 65_536));
}

/** The log-likelihood of the colour differences. */
function scoreOf([red, green, blue]: Weights, pairs: Pair[]): number {
  let score = 0;
  for (const pair of pairs) {
    const gray = Math.abs(red * pair.red + green * pair.green + blue * pair.blue) / 10;
    const near = (gray - pair.contrast) ** 2 / (2 * sigma ** 2);
    const far = (gray + pair.contrast) ** 2 / (2 * sigma ** 2);
    // ln(exp(-near) + exp(-far)), rearranged because it would be ln(0) if both are large.
    score += Math.log1p(Math.exp(near - far)) - near;
  }
  return score;
}

/**
 * Pairs each pixel with its right and lower neighbours, and with a random pixel. Empty if no pair
 * differs in more than lightness.
 */
function pairsOf(colours: (Colour | undefined)[], width: number): Pair[] {
  const random = randomIndices(colours.length);
  const pairs: Pair[] = [];
  let hasColour = false;
  colours.forEach((colour, i) => {
    const right = (i + 1) % width === 0 ? undefined : colours[i + 1];
    for (const other of [right, colours[i + width], colours[random()]]) {
      if (!colour || !other) continue;
      const pair = pairOf(colour, other);
      if (pair.contrast < minContrast) continue;
      pairs.push(pair);
      hasColour ||=
        Math.hypot(colour.aStar - other.aStar, colour.bStar - other.bStar) >= minContrast;
    }
  });
  return hasColour ? pairs : [];
}

function pairOf(one: Colour, other: Colour): Pair {
  const distance = Math.hypot(
    one.lightness - other.lightness,
    one.aStar - other.aStar,
    one.bStar - other.bStar,
  );
  return {
    red: one.r - other.r,
    green: one.g - other.g,
    blue: one.b - other.b,
    contrast: Math.min(distance, 1),
  };
}

/** Equally spaced pixels in rows of `width`; undefined for transparent pixels. */
function sampleOf({ pixels, width, height, channels }: PixelImage) {
  const max = maxOf(pixels);
  const scale = Math.min(1, Math.sqrt(sampleSize / (width * height)));
  const across = clamp(width * scale, sampleSize);
  const down = clamp(height * scale, Math.ceil(sampleSize / across));
  const colours: (Colour | undefined)[] = [];
  for (let i = 0; i < across * down; i++) {
    const x = Math.floor((((i % across) + 0.5) * width) / across);
    const y = Math.floor(((Math.floor(i / across) + 0.5) * height) / down);
    const at = (y * width + x) * channels;
    const [r, g, b] = [0, 1, 2].map((k) => (pixels[at + k] as number) / max) as [
      number,
      number,
      number,
    ];
    const isHidden = channels === 4 && pixels[at + 3] === 0;
    colours.push(isHidden ? undefined : { r, g, b, ...labOf(r, g, b) });
  }
  return { colours, width: across };
}

/** Keeps the number of samples about the same for very narrow images. */
function clamp(side: number, max: number): number {
  return Math.max(1, Math.min(Math.round(side), max));
}

/** A fixed seed, so that equal images have equal weights. */
function randomIndices(length: number): () => number {
  const random = mulberry32(2012);
  return () => (random() * 2 ** 32) % length;
}
