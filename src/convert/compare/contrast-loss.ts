import { type Lab, labOf } from '../colour/lab.ts';
import type { PixelImage } from '../pixel-image.ts';

// One minus the colour contrast preserving ratio of C. Lu, L. Xu, J. Jia, “Real-time Contrast
// Preserving Decolorization”, SIGGRAPH Asia 2012 Technical Briefs. It uses two thresholds: colours
// must differ clearly to count, and are lost only if no visible difference is left.

/** In CIELAB (ΔE*ab 1976; black and white are 100 apart): colours this far apart differ visibly. */
const visibleContrast = 10;
/** In L*: the just noticeable difference of M. Mahy, L. Van Eycken, A. Oosterlinck 1994. */
const noticeableStep = 2.3;
/** In pixels, to the right and down: covers edges and the two sides of a line. */
const distances = [1, 4, 16];

/** Takes one gray per pixel; returns the share of the visible contrast it loses, from 0 to 1. */
type ContrastLoss = (gray: Uint8Array) => number;

/** Expects 8-bit RGB. */
export function contrastLossOf(image: PixelImage): ContrastLoss {
  const pairs = visiblePairs(image);
  return (gray) => {
    if (pairs.length === 0) return 0;
    const isLost = ([one, other]: Pair) =>
      Math.abs(lightnessAt(gray, one) - lightnessAt(gray, other)) < noticeableStep;
    return pairs.filter(isLost).length / pairs.length;
  };
}

/** The indices of two pixels. */
type Pair = readonly [one: number, other: number];

function visiblePairs(image: PixelImage): Pair[] {
  const { width, height } = image;
  const colours = coloursOf(image);
  return distances.flatMap((distance) => {
    const pairs: Pair[] = [];
    for (let i = 0; i < colours.length; i++) {
      if ((i % width) + distance < width) pairs.push([i, i + distance]);
      if (i + distance * width < width * height) pairs.push([i, i + distance * width]);
    }
    return pairs.filter(
      ([one, other]) => contrast(colours[one], colours[other]) >= visibleContrast,
    );
  });
}

function coloursOf({ pixels }: PixelImage): Lab[] {
  const value = (at: number) => (pixels[at] as number) / 255;
  return Array.from({ length: pixels.length / 3 }, (_, i) =>
    labOf(value(i * 3), value(i * 3 + 1), value(i * 3 + 2)),
  );
}

function contrast(one?: Lab, other?: Lab): number {
  if (!one || !other) return 0;
  const lightness = one.lightness - other.lightness;
  return 100 * Math.hypot(lightness, one.aStar - other.aStar, one.bStar - other.bStar);
}

function lightnessAt(gray: Uint8Array, at: number): number {
  return lightnessOf[gray[at] as number] as number;
}

const lightnessOf = Array.from(
  { length: 256 },
  (_, value) => 100 * labOf(value / 255, value / 255, value / 255).lightness,
);
