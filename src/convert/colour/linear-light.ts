import type { GraySums, ToGray } from '../gray/weighted.ts';

/** Converts sRGB to linear light, both from 0 to 1: IEC 61966-2-1:1999, 5.2. */
export function toLinear(encoded: number): number {
  return encoded <= 0.04045 ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4;
}

/** Luminance (white is 1) of a CIE L* from 0 to 100: CIE 15:2004, 8.2.1, solved for Y. */
function luminanceOfLightness(lightness: number): number {
  return lightness > 8 ? ((lightness + 16) / 116) ** 3 : (lightness * 27) / 24_389;
}

/**
 * Gray by Rec. 709 luminance of linear light, encoded with the sRGB curve: ITU-R BT.709-6, item
 * 3.2.
 */
export function luminance(max: number): ToGray {
  return fromLuminance(max, toLinear);
}

/** Gray by the CIE L* of that luminance, with 0 to 100 scaled to the full range. */
export function lightness(max: number): ToGray {
  return fromLuminance(max, (gray) => luminanceOfLightness(gray * 100));
}

/** Converts linear light from 0 to 1 to the nearest sRGB level. */
export function nearestSrgb(max: number): (light: number) => number {
  return nearestLevel(max, toLinear);
}

/** Rec. 709. */
const [wr, wg, wb] = [0.2126, 0.7152, 0.0722] as const;

/** `luminanceOf` returns the luminance of a gray from 0 to 1. */
function fromLuminance(max: number, luminanceOf: (gray: number) => number): ToGray {
  const linear = Float64Array.from({ length: max + 1 }, (_, value) => toLinear(value / max));
  const nearest = nearestLevel(max, luminanceOf);
  const toGray = (r: number, g: number, b: number) =>
    nearest(wr * (linear[r] as number) + wg * (linear[g] as number) + wb * (linear[b] as number));
  const part = (weight: number) => linear.map((light) => weight * light);
  return Object.assign(toGray, {
    sums: (): GraySums => ({
      parts: [part(wr), part(wg), part(wb)],
      borders: levelBorders(max, luminanceOf),
    }),
  });
}

/**
 * The lowest light of each level, half-way between two encoded levels, and infinity. `luminanceOf`
 * returns the luminance of a gray from 0 to 1.
 */
export function levelBorders(max: number, luminanceOf: (gray: number) => number): Float64Array {
  return Float64Array.from({ length: max + 2 }, (_, level) =>
    level <= max ? luminanceOf((level - 0.5) / max) : Number.POSITIVE_INFINITY,
  );
}

/** Finds the level with the nearest gray, exactly; a table gives the lowest possible level. */
function nearestLevel(
  max: number,
  luminanceOf: (gray: number) => number,
): (luminance: number) => number {
  const borders = levelBorders(max, luminanceOf);
  // A power of two keeps the scaling exact. Both curves rise by at most 4 levels per step.
  const steps = Math.max(2 ** 14, (max + 1) * 4);
  const lowest = new Uint16Array(steps + 1);
  for (let step = 1, level = 0; step <= steps; step++) {
    while ((borders[level + 1] as number) <= step / steps) level++;
    lowest[step] = level;
  }
  return (luminance) => {
    let level = lowest[(luminance * steps) | 0] as number;
    while (luminance >= (borders[level + 1] as number)) level++;
    return level;
  };
}
