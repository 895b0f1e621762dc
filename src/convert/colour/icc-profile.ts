import { textAt } from '../formats/bytes.ts';
import { type Curve, powerOf } from './transfer-curves.ts';

/**
 * The colours of a file. `shaper`: curves, then a row-major matrix to CIE XYZ (D50). `table`: a
 * lookup table, which libvips applies.
 */
export type ColourProfile =
  | {
      kind: 'shaper';
      space: 'rgb';
      curves: Curve[];
      toXyz: number[];
      /** Can be brighter than white, which is 1. */
      isHdr?: boolean;
      /** The weights of the luminance on which the OOTF of HLG depends. */
      ootfWeights?: number[];
    }
  | { kind: 'shaper'; space: 'gray'; curves: Curve[]; isHdr?: boolean }
  | { kind: 'table'; space: 'gray' | 'rgb' | 'cmyk'; name: string };

const spaces: Record<string, 'gray' | 'rgb' | 'cmyk'> = {
  GRAY: 'gray',
  'RGB ': 'rgb',
  CMYK: 'cmyk',
};

/** Returns undefined for an unusable profile, which is then ignored. */
export function parseProfile(icc: Uint8Array): ColourProfile | undefined {
  try {
    return read(icc);
  } catch (error) {
    // An offset past the end means that the profile is damaged.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** ICC.1:2022 (https://www.color.org/icc_specs2.xalter): 7.2 header, 7.3 tags, 8.3 to 8.4 profiles. */
function read(icc: Uint8Array): ColourProfile | undefined {
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
