import { lightness, luminance } from '../colour/linear-light.ts';
import { decolorWeights } from '../gray/decolor.ts';
import { type ToGray, weighted } from '../gray/weighted.ts';
import type { PixelImage } from '../pixel-image.ts';
import { parseMix } from './mix-weights.ts';

interface MethodFacts {
  /** A short description; docs/semantics.md has the formula and its source. */
  description: string;
  /** Creates the conversion for an image; `max` is the value of white. */
  toGray(image: PixelImage, max: number): ToGray;
  /** Neutral colours change their value; otherwise they keep it. */
  changesNeutral?: true;
}

/** The gray conversions. All work on sRGB and round to the nearest value, halves up. */
export const methods = {
  rec601: {
    description: 'luma of Rec. 601, Pillow’s convert("L") bit for bit',
    toGray: (_, max) => weighted([19_595, 38_470, 7_471], max),
  },
  rec709: {
    description: 'luma of Rec. 709',
    toGray: (_, max) => weighted([2_126, 7_152, 722], max),
  },
  luminance: {
    description: 'luminance: Rec. 709 in linear light',
    toGray: (_, max) => luminance(max),
  },
  lightness: {
    description: 'CIE L* of the luminance',
    toGray: (_, max) => lightness(max),
    changesNeutral: true,
  },
  average: {
    description: 'mean of red, green and blue',
    toGray: (_, max) => weighted([1, 1, 1], max),
  },
  'hsl-lightness': {
    description: 'mean of the largest and the smallest channel',
    toGray: () =>
      Object.assign(
        (r: number, g: number, b: number) => (Math.max(r, g, b) + Math.min(r, g, b) + 1) >> 1,
        { extremes: 'mean' as const },
      ),
  },
  value: {
    description: 'the largest channel',
    toGray: () =>
      Object.assign((r: number, g: number, b: number) => Math.max(r, g, b), {
        extremes: 'largest' as const,
      }),
  },
  red: { description: 'the red channel', toGray: (_, max) => weighted([1, 0, 0], max) },
  green: { description: 'the green channel', toGray: (_, max) => weighted([0, 1, 0], max) },
  blue: { description: 'the blue channel', toGray: (_, max) => weighted([0, 0, 1], max) },
  decolor: {
    description: 'weights chosen for each image to keep colour contrast visible',
    toGray: (image, max) => weighted(decolorWeights(image), max),
  },
} satisfies Record<string, MethodFacts>;

/** A key of {@link methods}. */
export type NamedMethod = keyof typeof methods;

/** How colours become gray: a key of {@link methods}, or custom weights. */
export type Method = NamedMethod | `mix:${string}`;

export function methodFacts(method: Method): MethodFacts {
  const weights = parseMix(method);
  if (weights) {
    return { description: 'custom weights', toGray: (_, max) => weighted(weights, max) };
  }
  return methods[method as NamedMethod];
}
