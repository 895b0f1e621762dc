import type { Cicp } from './cicp.ts';
import { type ColourProfile, parseProfile } from './icc-profile.ts';
import { toLinear } from './linear-light.ts';
import { numberedProfile } from './numbered-profile.ts';
import type { Curve } from './transfer-curves.ts';

/** What a file says about its samples and colours. */
interface ColourFacts {
  icc?: Uint8Array;
  cicp?: Cicp;
  /** `absolute` and `lab`: the values mean the same colour regardless of the profile. */
  samples: 'gray' | 'rgb' | 'cmyk' | 'absolute' | 'lab';
  /** Bits per sample. */
  image: { depth: number };
}

/** The profile to apply to get sRGB; undefined if there is none or none is needed. */
export function profileToApply(file: ColourFacts): ColourProfile | undefined {
  const profile = statedProfile(file);
  return profile && !isSrgb(profile) ? profile : undefined;
}

/** Whether the file states its colours in a way that cannot be used, so that sRGB is assumed. */
export function hasUnknownColours(file: ColourFacts): boolean {
  const { icc, cicp, samples } = file;
  const isStated = samples === 'cmyk' ? icc : icc || cicp;
  if (!isStated || samples === 'absolute' || samples === 'lab' || statedProfile(file)) return false;
  // sRGB for colours means the same for gray.
  return !(samples === 'gray' && icc && isSrgbProfile(icc));
}

/** Whether an ICC profile is equivalent to sRGB. */
export function isSrgbProfile(icc: Uint8Array): boolean {
  const profile = parseProfile(icc);
  return profile?.space === 'rgb' && isSrgb(profile);
}

/** An ICC profile comes first, where a file has both. */
function statedProfile({ icc, cicp, samples, image }: ColourFacts): ColourProfile | undefined {
  const profile = icc && parseProfile(icc);
  if (profile?.space === samples) return profile;
  if (!cicp || (samples !== 'gray' && samples !== 'rgb')) return undefined;
  return numberedProfile(cicp, { space: samples, depth: Math.max(image.depth, 8) });
}

/** The sRGB primaries adapted to D50 (Bradford), as profiles store them, row-major. */
const srgbToXyz = [
  0.4360747, 0.3850649, 0.1430804, 0.2225045, 0.7168786, 0.0606169, 0.0139322, 0.0971045, 0.7141733,
];

/**
 * Whether a profile is equivalent to sRGB: colorants within 0.002 and, at every 8-bit level, a
 * curve within one level. Programs write many variants of it.
 */
function isSrgb(profile: ColourProfile): boolean {
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
