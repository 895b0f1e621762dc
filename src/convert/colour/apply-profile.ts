import { maxOf, type PixelImage } from '../pixel-image.ts';
import type { Curve, IccProfile } from './icc-profile.ts';
import { nearestSrgb } from './linear-light.ts';

/**
 * CIE XYZ (D50) to linear sRGB (Bradford): http://www.brucelindbloom.com/Eqn_RGB_XYZ_Matrix.html
 */
const xyzToSrgb = [
  [3.1338561, -1.6168667, -0.4906146],
  [-0.9787684, 1.9161415, 0.033454],
  [0.0719453, -0.2289914, 1.4052427],
] as const;

/**
 * Converts pixels to sRGB in place, at their own depth. Relative colorimetric: white stays white,
 * and colours outside sRGB are clipped to the nearest values. Table profiles are not supported.
 */
export function applyProfile(image: PixelImage, profile: IccProfile): void {
  if (profile.kind === 'table') return;
  if (profile.space === 'rgb') applyShaper(image, profile.curves, toSrgb(profile.toXyz));
  else applyCurve(image, profile.curves[0] as Curve);
}

function applyCurve({ pixels, channels }: PixelImage, curve: Curve): void {
  const max = maxOf(pixels);
  const nearest = nearestSrgb(max);
  const levels = Uint16Array.from({ length: max + 1 }, (_, v) =>
    nearest(clampToUnit(curve(v / max))),
  );
  const colours = channels === 1 ? 1 : 3;
  for (let at = 0; at < pixels.length; at += channels) {
    for (let k = at; k < at + colours; k++) pixels[k] = levels[pixels[k] as number] as number;
  }
}

function applyShaper({ pixels, channels }: PixelImage, curves: Curve[], matrix: Matrix): void {
  const max = maxOf(pixels);
  const nearest = nearestSrgb(max);
  const [red, green, blue] = curves.map((curve) =>
    Float64Array.from({ length: max + 1 }, (_, value) => curve(value / max)),
  ) as [Float64Array, Float64Array, Float64Array];
  const [rr, rg, rb, gr, gg, gb, br, bg, bb] = matrix;
  for (let at = 0; at < pixels.length; at += channels) {
    const r = red[pixels[at] as number] as number;
    const g = green[pixels[at + 1] as number] as number;
    const b = blue[pixels[at + 2] as number] as number;
    pixels[at] = nearest(clampToUnit(rr * r + rg * g + rb * b));
    pixels[at + 1] = nearest(clampToUnit(gr * r + gg * g + gb * b));
    pixels[at + 2] = nearest(clampToUnit(br * r + bg * g + bb * b));
  }
}

/** Row-major; the rows give red, green and blue. */
type Matrix = [number, number, number, number, number, number, number, number, number];

/** Divides each row by its sum, so that rounding in the profile does not tint neutral colours. */
function toSrgb(toXyz: number[]): Matrix {
  return xyzToSrgb.flatMap((weights) => {
    const row = [0, 1, 2].map((column) =>
      weights.reduce((sum, weight, i) => sum + weight * (toXyz[i * 3 + column] as number), 0),
    );
    const white = row.reduce((sum, weight) => sum + weight);
    return row.map((weight) => weight / white);
  }) as Matrix;
}

function clampToUnit(light: number): number {
  return light > 0 ? (light < 1 ? light : 1) : 0;
}
