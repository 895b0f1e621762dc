import type { Primaries } from './primaries.ts';

/**
 * Colours given by numbers instead of a profile: code points of ITU-T H.273, or the values
 * themselves. sRGB is 1 and 13, Display P3 is 12 and 13; 2 is unspecified and treated like sRGB.
 */
export interface Cicp {
  primaries: number | Primaries;
  /** `gamma`: light is the stored value to this power. */
  transfer: number | { gamma: number };
  /** The decoded samples span 16 to 235 of 255. */
  isLimited?: boolean;
}

export const srgb: Cicp = { primaries: 1, transfer: 13 };

/** Colours that are stated but not understood; 0 is reserved. */
export const unknownColours: Cicp = { primaries: 0, transfer: 0 };
