import { textAt } from '../formats/bytes.ts';
import type { SourceFile } from '../formats/read-header.ts';
import { toLinear } from './linear-light.ts';

/** Maps a stored value to linear light, both from 0 to 1. */
export type Curve = (stored: number) => number;

/**
 * The colours of a profile. `shaper`: curves, then a row-major matrix to CIE XYZ (D50). `table`: a
 * lookup table, which libvips applies.
 */
export type IccProfile =
  | { kind: 'shaper'; space: 'rgb'; curves: Curve[]; toXyz: number[] }
  | { kind: 'shaper'; space: 'gray'; curves: Curve[] }
  | { kind: 'table'; space: 'gray' | 'rgb' | 'cmyk'; name: string };

/** The profile to apply to get sRGB; undefined if there is none or none is needed. */
export function profileToApply({ icc, cicp, samples }: SourceFile): IccProfile | undefined {
  const profile = (icc && parseProfile(icc)) ?? (isDisplayP3(cicp) ? displayP3 : undefined);
  if (!profile || profile.space !== samples) return undefined;
  return isSrgb(profile) ? undefined : profile;
}

/** ITU-T H.273: the primaries of SMPTE EG 432-1 with the sRGB curve, as phones use them. */
function isDisplayP3(cicp: SourceFile['cicp']): boolean {
  return cicp?.primaries === 12 && cicp.transfer === 13;
}

/** The values of Apple's profile: adapted to D50 (Bradford), row-major. */
const displayP3: IccProfile = {
  kind: 'shaper',
  space: 'rgb',
  curves: [toLinear, toLinear, toLinear],
  toXyz: [0.51512, 0.29198, 0.1571, 0.2412, 0.69225, 0.06657, -0.00105, 0.04189, 0.78407],
};

const spaces: Record<string, 'gray' | 'rgb' | 'cmyk'> = {
  GRAY: 'gray',
  'RGB ': 'rgb',
  CMYK: 'cmyk',
};

/** Returns undefined for an unusable profile, which is then ignored. */
function parseProfile(icc: Uint8Array): IccProfile | undefined {
  try {
    return read(icc);
  } catch (error) {
    // An offset past the end means that the profile is damaged.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** ICC.1:2022 (https://www.color.org/icc_specs2.xalter): 7.2 header, 7.3 tags, 8.3 to 8.4 profiles. */
function read(icc: Uint8Array): IccProfile | undefined {
  if (icc.length < 132 || textAt(icc, 36, 40) !== 'acsp') return undefined;
  const tags = tagsOf(icc);
  const space = spaces[textAt(icc, 16, 20)];
  // Tables take precedence if both are present: 8.10.2.
  if (space && tags.has('A2B0')) return { kind: 'table', space, name: nameOf(tags.get('desc')) };
  if (space === 'gray') {
    const curve = curveOf(tags.get('kTRC'));
    return curve && { kind: 'shaper', space, curves: [curve] };
  }
  const curves = ['rTRC', 'gTRC', 'bTRC'].map((name) => curveOf(tags.get(name)));
  const columns = ['rXYZ', 'gXYZ', 'bXYZ'].map((name) => xyzOf(tags.get(name)));
  if (space !== 'rgb' || !areAllDefined(curves) || !areAllDefined(columns)) return undefined;
  const toXyz = [0, 1, 2].flatMap((row) => columns.map((column) => column[row] as number));
  return { kind: 'shaper', space, curves, toXyz };
}

function areAllDefined<Item>(items: (Item | undefined)[]): items is Item[] {
  return items.every((item) => item !== undefined);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function tagsOf(icc: Uint8Array): Map<string, Uint8Array> {
  const view = viewOf(icc);
  const tags = new Map<string, Uint8Array>();
  // An overstated count runs past the end of the data and throws.
  for (let i = 0; i < view.getUint32(128); i++) {
    const entry = 132 + i * 12;
    const start = view.getUint32(entry + 4);
    const end = start + view.getUint32(entry + 8);
    tags.set(textAt(icc, entry, entry + 4), icc.subarray(start, end));
  }
  return tags;
}

/** 10.15 and 10.17: the text, in one or two bytes per character, among the other data. */
function nameOf(tag: Uint8Array | undefined): string {
  return tag ? textAt(tag, 0, Math.min(tag.length, 256)).replaceAll('\0', '') : '';
}

function fixed(view: DataView, at: number): number {
  return view.getInt32(at) / 65_536;
}

/** 10.31: X, Y and Z after eight bytes. */
function xyzOf(tag: Uint8Array | undefined): number[] | undefined {
  if (!tag || textAt(tag, 0, 4) !== 'XYZ ') return undefined;
  const view = viewOf(tag);
  return [8, 12, 16].map((at) => fixed(view, at));
}

function curveOf(tag: Uint8Array | undefined): Curve | undefined {
  if (!tag) return undefined;
  const type = textAt(tag, 0, 4);
  if (type === 'curv') return sampledCurve(viewOf(tag));
  return type === 'para' ? parametricCurve(viewOf(tag)) : undefined;
}

/** 10.6: the identity, a gamma, or equally spaced samples. */
function sampledCurve(view: DataView): Curve {
  const count = view.getUint32(8);
  if (count === 0) return (stored) => stored;
  if (count === 1) return powerOf(view.getUint16(12) / 256);
  const samples = Float64Array.from(
    { length: Math.min(count, 65_536) },
    (_, i) => view.getUint16(12 + i * 2) / 65_535,
  );
  return (stored) => {
    const at = stored * (samples.length - 1);
    const [low, high] = [samples[Math.floor(at)] ?? 0, samples[Math.ceil(at)] ?? 0];
    return low + (high - low) * (at - Math.floor(at));
  };
}

/** The number of parameters of each of the five functions of 10.18. */
const parameterCounts = [1, 3, 4, 5, 7];

function parametricCurve(view: DataView): Curve | undefined {
  const type = view.getUint16(8);
  const count = parameterCounts[type];
  if (count === undefined) return undefined;
  const [g = 1, a = 1, b = 0, c = 0, d = 0, e = 0, f = 0] = Array.from({ length: count }, (_, i) =>
    fixed(view, 12 + i * 4),
  );
  const power = powerOf(g);
  if (type === 0) return power;
  // Type 2 adds its offset c to both halves; types 1 and 2 switch where the power is zero.
  if (type < 3) return (x) => (x >= -b / a ? power(a * x + b) : 0) + (type === 2 ? c : 0);
  return (x) => (x >= d ? power(a * x + b) + e : c * x + f);
}

function powerOf(gamma: number): Curve {
  return (value) => Math.max(0, value) ** gamma;
}

/** The sRGB primaries adapted to D50 (Bradford), as profiles store them, row-major. */
const srgbToXyz = [
  0.4360747, 0.3850649, 0.1430804, 0.2225045, 0.7168786, 0.0606169, 0.0139322, 0.0971045, 0.7141733,
];

/**
 * Whether a profile is equivalent to sRGB: colorants within 0.002 and, at every 8-bit level, a
 * curve within one level. Programs write many variants of it.
 */
function isSrgb(profile: IccProfile): boolean {
  // The ICC’s own sRGB v4 profile is a table for print; on a screen it means the same colours.
  if (profile.kind === 'table') return profile.space === 'rgb' && profile.name.includes('sRGB');
  const toXyz = profile.space === 'rgb' ? profile.toXyz : srgbToXyz;
  const hasPrimaries = toXyz.every((n, i) => Math.abs(n - (srgbToXyz[i] ?? 0)) <= 0.002);
  return hasPrimaries && profile.curves.every(isSrgbCurve);
}

function isSrgbCurve(curve: Curve): boolean {
  for (let level = 0; level <= 255; level++) {
    const light = curve(level / 255);
    if (light < toLinear(Math.max(0, level - 1) / 255) - 1e-4) return false;
    if (light > toLinear(Math.min(255, level + 1) / 255) + 1e-4) return false;
  }
  return true;
}
