import { type ColourMap, type ColourSums, mapColours } from '../../gray-png/index.ts';
import { maxOf, type PixelImage, type Samples } from '../pixel-image.ts';
import type { ColourProfile } from './icc-profile.ts';
import { levelBorders, nearestSrgb, toLinear } from './linear-light.ts';
import { type Curve, hlgGain } from './transfer-curves.ts';

/**
 * CIE XYZ (D50) to linear sRGB (Bradford): http://www.brucelindbloom.com/Eqn_RGB_XYZ_Matrix.html
 */
const xyzToSrgb = [
  [3.1338561, -1.6168667, -0.4906146],
  [-0.9787684, 1.9161415, 0.033454],
  [0.0719453, -0.2289914, 1.4052427],
] as const;

/** Light above this is brighter than white: one step of PQ at 8 bits. */
const highlight = 1.04;

type Shaper = Extract<ColourProfile, { kind: 'shaper' }>;

/**
 * Converts pixels to sRGB in place, at their own depth. Relative colorimetric: white stays white,
 * and colours outside sRGB are clipped to the nearest values. Returns whether any light was
 * brighter than white.
 */
export async function applyProfile(image: PixelImage, profile: Shaper): Promise<boolean> {
  const peak =
    profile.space === 'rgb'
      ? await applyShaper(image, profile)
      : applyCurve(image, profile.curves[0] as Curve);
  return profile.isHdr === true && peak > highlight;
}

/** Returns the maximum light. */
function applyCurve({ pixels, channels }: PixelImage, curve: Curve): number {
  const max = maxOf(pixels);
  const nearest = nearestSrgb(max);
  const levels = Uint16Array.from({ length: max + 1 }, (_, v) =>
    nearest(clampToUnit(curve(v / max))),
  );
  const colours = channels === 1 ? 1 : 3;
  let brightest = 0;
  for (let at = 0; at < pixels.length; at += channels) {
    for (let k = at; k < at + colours; k++) {
      const stored = pixels[k] as number;
      if (stored > brightest) brightest = stored;
      pixels[k] = levels[stored] as number;
    }
  }
  return curve(brightest / max);
}

/** Below this size, filling the tables takes longer than they save. */
const minPixelsForTables = 2 ** 16;

/**
 * How the PNG kernel maps the colours of 8-bit pixels; undefined if it cannot, or if that does not
 * pay.
 */
export function colourMapFor(
  profile: ColourProfile,
  { width, height }: Pick<PixelImage, 'width' | 'height'>,
): ColourMap | undefined {
  const isLarge = width * height >= minPixelsForTables;
  if (profile.kind !== 'shaper' || profile.space !== 'rgb') return undefined;
  return isLarge && !profile.isHdr ? colourMapOf(mappingOf(profile, 255)) : undefined;
}

/** Returns the maximum light of a channel, or 1 if it does not matter. */
async function applyShaper(image: PixelImage, profile: RgbShaper): Promise<number> {
  const { pixels, channels } = image;
  const map = pixels instanceof Uint8Array ? colourMapFor(profile, image) : undefined;
  if (map && pixels instanceof Uint8Array) {
    await mapColours({ pixels, channels: channels === 3 ? 3 : 4 }, map);
    return 1;
  }
  const mapper = createPixelMapper(mappingOf(profile, maxOf(pixels)));
  for (let at = 0; at < pixels.length; at += channels) mapper.map(pixels, at);
  return mapper.peak();
}

type RgbShaper = Extract<Shaper, { space: 'rgb' }>;

/** The linear light of each stored value of red, green and blue. */
type ChannelLight = [red: Float64Array, green: Float64Array, blue: Float64Array];

interface PixelMapping {
  /** White. */
  max: 255 | 65_535;
  light: ChannelLight;
  matrix: Matrix;
  ootfWeights?: RgbShaper['ootfWeights'];
}

function mappingOf({ curves, toXyz, ootfWeights }: RgbShaper, max: 255 | 65_535): PixelMapping {
  const light = curves.map((curve) =>
    Float64Array.from({ length: max + 1 }, (_, value) => curve(value / max)),
  ) as ChannelLight;
  return { max, light, matrix: toSrgb(toXyz), ootfWeights };
}

/** Maps pixels one by one, in place, and notes the maximum light. */
function createPixelMapper({ max, light, matrix, ootfWeights }: PixelMapping) {
  const nearest = nearestSrgb(max);
  const [red, green, blue] = light;
  const [rr, rg, rb, gr, gg, gb, br, bg, bb] = matrix;
  const [wr = 0, wg = 0, wb = 0] = ootfWeights ?? [];
  let peak = 0;
  return {
    peak: () => peak,
    map(pixels: Samples, at: number): void {
      let r = red[pixels[at] as number] as number;
      let g = green[pixels[at + 1] as number] as number;
      let b = blue[pixels[at + 2] as number] as number;
      if (ootfWeights) {
        const gain = hlgGain(wr * r + wg * g + wb * b);
        [r, g, b] = [r * gain, g * gain, b * gain];
      }
      if (r > peak) peak = r;
      if (g > peak) peak = g;
      if (b > peak) peak = b;
      pixels[at] = nearest(clampToUnit(rr * r + rg * g + rb * b));
      pixels[at + 1] = nearest(clampToUnit(gr * r + gg * g + gb * b));
      pixels[at + 2] = nearest(clampToUnit(br * r + bg * g + bb * b));
    },
  };
}

/** The matrix and the curves as tables: each channel’s part of red, green and blue. */
function colourMapOf(mapping: PixelMapping): ColourMap {
  const { light, matrix } = mapping;
  const partsOf = (channel: 0 | 1 | 2) =>
    [0, 3, 6].map((row) =>
      light[channel].map((value) => (matrix[row + channel] as number) * value),
    );
  const sums: ColourSums = {
    parts: [partsOf(0), partsOf(1), partsOf(2)],
    borders: levelBorders(255, toLinear),
  };
  return { sums, exact: createPixelMapper(mapping).map };
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
