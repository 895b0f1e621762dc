import { toLinear } from './linear-light.ts';

/** CIELAB divided by 100, so that black and white are 1 apart. */
export interface Lab {
  lightness: number;
  aStar: number;
  bStar: number;
}

/**
 * CIELAB (D65) of an sRGB colour with values from 0 to 1. Matrix: IEC 61966-2-1:1999, 5.2; the
 * rest: CIE 15:2004, 8.2.1. Each matrix row is divided by its sum, which is its value for white.
 */
export function labOf(red: number, green: number, blue: number): Lab {
  const [r, g, b] = [toLinear(red), toLinear(green), toLinear(blue)];
  const x = cubeRoot((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const y = cubeRoot(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = cubeRoot((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return { lightness: 1.16 * y - 0.16, aStar: 5 * (x - y), bStar: 2 * (y - z) };
}

/** Linear near black, where a cube root would be too steep. */
function cubeRoot(ratio: number): number {
  return ratio > 216 / 24_389 ? Math.cbrt(ratio) : (ratio * 841) / 108 + 4 / 29;
}
