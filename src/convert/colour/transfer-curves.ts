import type { Cicp } from './cicp.ts';
import { toLinear } from './linear-light.ts';

/** Maps a stored value to light: 0 to 1 for a curve of a profile, more for PQ. */
export type Curve = (stored: number) => number;

/**
 * How stored values become light. 1 is white: reference white for PQ, the nominal peak for the
 * scene light of HLG.
 */
export interface Transfer {
  curve: Curve;
  /** `absolute` and `scene` can be brighter than white; the light of `scene` needs its OOTF. */
  light: 'relative' | 'absolute' | 'scene';
}

/** Luminance of white in cd/m² where it is not the peak: ITU-R BT.2408-7, 2.1. */
const referenceWhite = 203;
/** ITU-R BT.2100-3, table 5: the nominal peak in cd/m² and its system gamma. */
const [hlgPeak, hlgGamma] = [1_000, 1.2];

/** ITU-T H.273 (07/2024), table 3, solved for light. */
const transfersByCode: Readonly<Record<number, Transfer>> = {
  1: relative(rec709),
  2: relative(toLinear),
  4: relative(powerOf(2.2)),
  5: relative(powerOf(2.8)),
  6: relative(rec709),
  7: relative(smpte240),
  8: relative((stored) => stored),
  9: relative(logarithmic(2)),
  10: relative(logarithmic(2.5)),
  11: relative(rec709),
  12: relative(rec709),
  13: relative(toLinear),
  14: relative(rec709),
  15: relative(rec709),
  16: { curve: perceptualQuantizer, light: 'absolute' },
  // 52.37 cd/m² is the maximum of a projector whose white has 48: SMPTE ST 428-1.
  17: { curve: (stored) => (52.37 / 48) * stored ** 2.6, light: 'absolute' },
  18: { curve: hybridLogGamma, light: 'scene' },
};

/** Undefined for a reserved code point or a gamma outside 0 to 100. */
export function transferOf(transfer: Cicp['transfer']): Transfer | undefined {
  if (typeof transfer === 'number') return transfersByCode[transfer];
  return transfer.gamma > 0 && transfer.gamma < 100 ? relative(powerOf(transfer.gamma)) : undefined;
}

/**
 * The factor from HLG’s scene light to the light of a display, by the luminance of the scene: the
 * OOTF of ITU-R BT.2100-3, table 5. A signal of 75 % becomes reference white.
 */
export function hlgGain(sceneLuminance: number): number {
  return (hlgPeak / referenceWhite) * sceneLuminance ** (hlgGamma - 1);
}

export function powerOf(gamma: number): Curve {
  return (value) => Math.max(0, value) ** gamma;
}

function relative(curve: Curve): Transfer {
  return { curve, light: 'relative' };
}

/** ITU-R BT.709-6, item 1.2, with the exact constants of ITU-R BT.2020-2, table 4. */
function rec709(stored: number): number {
  const [alpha, beta] = [1.09929682680944, 0.018053968510807];
  return stored < 4.5 * beta ? stored / 4.5 : ((stored + alpha - 1) / alpha) ** (1 / 0.45);
}

function smpte240(stored: number): number {
  return stored < 4 * 0.0228 ? stored / 4 : ((stored + 0.1115) / 1.1115) ** (1 / 0.45);
}

/** Black has no logarithm; the formula’s lowest value is stored as 0. */
function logarithmic(decades: number): Curve {
  return (stored) => (stored > 0 ? 10 ** ((stored - 1) * decades) : 0);
}

/** ITU-R BT.2100-3, table 4: the EOTF, in units of reference white. */
function perceptualQuantizer(stored: number): number {
  const [m1, m2] = [2_610 / 16_384, (2_523 / 4_096) * 128];
  const [c1, c2, c3] = [3_424 / 4_096, (2_413 / 4_096) * 32, (2_392 / 4_096) * 32];
  const power = stored ** (1 / m2);
  const light = (Math.max(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1);
  return (light * 10_000) / referenceWhite;
}

/** ITU-R BT.2100-3, table 5: the inverse OETF. */
function hybridLogGamma(stored: number): number {
  const [a, b, c] = [0.17883277, 0.28466892, 0.55991073];
  return stored <= 0.5 ? stored ** 2 / 3 : (Math.exp((stored - c) / a) + b) / 12;
}
