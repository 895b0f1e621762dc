import { linearOf } from './linear-light.ts';

/** CIELAB in hundredths, so that black and white are 1 apart. */
export interface Lab {
  lightness: number;
  aStar: number;
  bStar: number;
}

/**
 * CIELAB, D65, of an sRGB colour of values from 0 to 1: IEC 61966-2-1:1999, 5.2 for the matrix,
 * CIE 15:2004, 8.2.1 for the rest. Each row of the matrix is divided by white’s, its sum.
 */
export function labOf(red: number, green: number, blue: number): Lab {
  const [r, g, b] = [linearOf(red), linearOf(green), linearOf(blue)];
  const x = cubeRoot((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const y = cubeRoot(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = cubeRoot((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return { lightness: 1.16 * y - 0.16, aStar: 5 * (x - y), bStar: 2 * (y - z) };
}

/** Straight near black, where a cube root would be too steep. */
function cubeRoot(ratio: number): number {
  return ratio > 216 / 24_389 ? Math.cbrt(ratio) : (ratio * 841) / 108 + 4 / 29;
}
