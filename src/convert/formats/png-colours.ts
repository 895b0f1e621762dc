import { inflateSync } from 'node:zlib';
import { type Cicp, srgb, unknownColours } from '../colour/cicp.ts';
import { numberedProfile } from '../colour/numbered-profile.ts';
import type { Primaries } from '../colour/primaries.ts';
import { isSrgbProfile } from '../colour/profile-to-apply.ts';
import { pngChunks } from './png-chunks.ts';

interface PngColours {
  cicp?: Cicp;
  /** The numbers take precedence over an ICC profile. */
  isFirst?: boolean;
}

/** Of a decompressed profile. Tables for print have half of it. */
const maxProfileBytes = 2 ** 22;

/**
 * The colours that the chunks of a PNG give by numbers. The first chunk that is understood counts:
 * cICP, then iCCP, sRGB, and last cHRM with gAMA: https://www.w3.org/TR/png-3/#4Concepts.ColourSpaces.
 */
export function pngColours(bytes: Uint8Array): PngColours {
  const chunks = colourChunks(bytes);
  const cicp = codePoints(chunks.get('cICP'));
  if (cicp && isUnderstood(cicp)) return { cicp, isFirst: true };
  const stated = chunks.has('sRGB') ? srgb : measured(chunks);
  const last = stated ?? cicp ?? profileColours(chunks.get('iCCP'));
  return last ? { cicp: last } : {};
}

/**
 * What a profile means if libpng rejects it, as it does with any profile for another colour model
 * than the image’s.
 */
function profileColours(chunk: DataView | undefined): Cicp | undefined {
  if (!chunk) return undefined;
  const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  // A name, a zero and the compression method precede the data.
  const start = bytes.indexOf(0) + 2;
  try {
    const icc = inflateSync(bytes.subarray(start), { maxOutputLength: maxProfileBytes });
    return isSrgbProfile(icc) ? srgb : unknownColours;
  } catch {
    return unknownColours;
  }
}

/** The chunks before the image data, where they must be. */
function colourChunks(bytes: Uint8Array): Map<string, DataView> {
  const chunks = new Map<string, DataView>();
  for (const { type, data } of pngChunks(bytes)) {
    if (type === 'IDAT') break;
    if (!sizes[type] || data.length < sizes[type] || chunks.has(type)) continue;
    chunks.set(type, new DataView(data.buffer, data.byteOffset, data.byteLength));
  }
  return chunks;
}

/** In bytes. */
const sizes: Record<string, number> = { cICP: 4, iCCP: 3, sRGB: 1, cHRM: 32, gAMA: 4 };

function isUnderstood(cicp: Cicp): boolean {
  return numberedProfile(cicp, { space: 'rgb', depth: 8 }) !== undefined;
}

/** https://www.w3.org/TR/png-3/#cICP-chunk: the matrix must be 0, which is RGB. */
function codePoints(chunk: DataView | undefined): Cicp | undefined {
  if (chunk?.getUint8(2) !== 0) return undefined;
  const isLimited = chunk.getUint8(3) === 0;
  return {
    primaries: chunk.getUint8(0),
    transfer: chunk.getUint8(1),
    ...(isLimited && { isLimited }),
  };
}

/** https://www.w3.org/TR/png-3/#11cHRM and #11gAMA, in units of 1/100000. */
function measured(chunks: Map<string, DataView>): Cicp | undefined {
  const [chrm, gama] = [chunks.get('cHRM'), chunks.get('gAMA')];
  if (!chrm && !gama) return undefined;
  const primaries = chrm && chromaticities(chrm);
  const isOfSrgb = !primaries || isNearSrgb(primaries);
  return {
    primaries: isOfSrgb ? srgb.primaries : primaries,
    transfer: gama ? transferOfGamma(gama.getUint32(0) / 100_000, isOfSrgb) : srgb.transfer,
  };
}

/**
 * 1/2.2 with the primaries of sRGB means the curve of sRGB: the specification asks writers of sRGB
 * to add it. ImageMagick uses the same limits.
 */
function transferOfGamma(gamma: number, isOfSrgb: boolean): Cicp['transfer'] {
  return isOfSrgb && gamma > 0.45 && gamma < 0.46 ? srgb.transfer : { gamma: 1 / gamma };
}

function chromaticities(chrm: DataView): Primaries {
  const [white, red, green, blue] = [0, 8, 16, 24].map(
    (at) => [chrm.getUint32(at) / 100_000, chrm.getUint32(at + 4) / 100_000] as const,
  );
  return { white, red, green, blue } as Primaries;
}

const srgbPrimaries: Primaries = {
  white: [0.3127, 0.329],
  red: [0.64, 0.33],
  green: [0.3, 0.6],
  blue: [0.15, 0.06],
};

function isNearSrgb(primaries: Primaries): boolean {
  return (Object.keys(srgbPrimaries) as (keyof Primaries)[]).every((name) =>
    [0, 1].every(
      (i) => Math.abs((primaries[name][i] ?? 0) - (srgbPrimaries[name][i] ?? 0)) <= 0.001,
    ),
  );
}
