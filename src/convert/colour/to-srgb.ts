import type { CheckedImage } from '../check-image.ts';
import type { StoredPixels } from '../decode/decode.ts';
import { decodeBySharp } from '../decode/decode-by-sharp.ts';
import { isOwnFormat } from '../decode/own-decoders.ts';
import { rawTiff } from '../decode/raw-tiff.ts';
import { isGray, type PixelImage } from '../pixel-image.ts';
import { applyProfile } from './apply-profile.ts';
import { cmykToRgb } from './cmyk.ts';
import { profileToApply } from './icc-profile.ts';

/** Converts pixels to sRGB as gray, RGB or RGBA, in place if possible. Throws `ConversionError`. */
export async function toSrgb(stored: StoredPixels, image: CheckedImage): Promise<PixelImage> {
  const { file, recipe } = image;
  if (isOwnFormat(file.image.format)) return await ownToSrgb(stored, image);
  if (file.samples === 'cmyk') return recipe.colour === 'raw' ? cmykToRgb(stored) : stored;
  const profile = recipe.colour === 'managed' ? profileToApply(file) : undefined;
  // libvips has already applied a table profile.
  if (profile) applyProfile(stored, profile);
  return stored;
}

/** Only sharp can apply a table profile, and only to pixels in a TIFF. */
async function ownToSrgb(
  { icc: decodedIcc, ...stored }: StoredPixels,
  image: CheckedImage,
): Promise<PixelImage> {
  const { file, recipe, plan } = image;
  if (recipe.colour === 'raw') return stored;
  const icc = decodedIcc ?? file.icc;
  const samples = isGray(stored) ? 'gray' : 'rgb';
  const profile = profileToApply({ ...file, samples, ...(icc && { icc }) });
  if (profile?.kind !== 'table' || !icc) {
    if (profile) applyProfile(stored, profile);
    return stored;
  }
  const hasAlpha = stored.channels % 2 === 0;
  const isDeep = stored.pixels instanceof Uint16Array;
  const wrapped = { ...file.image, format: 'tiff', hasAlpha } as const;
  return await decodeBySharp({
    ...image,
    bytes: rawTiff(stored, icc),
    file: { image: wrapped, samples, isDeep, icc },
    plan: { ...plan, frames: 1 },
  });
}
