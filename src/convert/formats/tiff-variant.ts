import type { Recipe } from '../recipe/recipe-options.ts';
import { firstDirectory } from './tiff-layout.ts';

/** What the tags of the first page say about its samples: TIFF 6.0, section 8 and part 2. */
export interface TiffVariant {
  bits: number;
  /** Unsigned is 1, signed 2, floating-point 3, complex 5 and 6. */
  sampleFormat: number;
  samples: number;
  compression: number;
  photometric: number;
  isTiled: boolean;
  /** Each colour is stored apart from the others. */
  isPlanar: boolean;
}

const [oldJpeg, newJpeg] = [6, 7];
const [palette, ycc] = [3, 6];
/** CIELAB and ICCLab, which are read in 8 and 16 bits. */
const cielabs = [8, 9];
const unsigned = 1;

/** Undefined if the file ends within its tags. */
export function tiffVariant(bytes: Uint8Array): TiffVariant | undefined {
  const first = firstDirectory(bytes);
  if (!first?.isComplete) return undefined;
  const samples = first.number(277) ?? 1;
  return {
    bits: first.number(258) ?? 1,
    sampleFormat: first.number(339) ?? unsigned,
    samples,
    compression: first.number(259) ?? 1,
    photometric: first.number(262) ?? 0,
    isTiled: first.number(322) !== undefined,
    isPlanar: samples > 1 && first.number(284) === 2,
  };
}

/**
 * Whether only ImageMagick reads the first page of a TIFF: libvips rejects it or, for YCbCr without
 * JPEG and for 32 bits, gives other values than TIFF 6.0 defines. Pillow’s gray of 32 bits is that
 * of libvips.
 */
export function isRareTiff(bytes: Uint8Array, compat: Recipe['compat']): boolean {
  const variant = tiffVariant(bytes);
  if (!variant || variant.sampleFormat !== unsigned) return false;
  const { bits, samples, compression, photometric, isTiled, isPlanar } = variant;
  if (cielabs.includes(photometric)) return false;
  if (compression === oldJpeg) return true;
  if (photometric === ycc && compression !== newJpeg) return true;
  if (isTiled && isPlanar) return true;
  if (bits === 32) return compat === 'none' || samples > 1;
  return bits < 32 && photometric !== palette && !isWholeBytes(bits, samples);
}

/** What libvips unpacks. */
function isWholeBytes(bits: number, samples: number): boolean {
  return bits === 8 || bits === 16 || (samples === 1 && [1, 2, 4].includes(bits));
}
