import type { CheckedImage } from '../check-image.ts';
import type { StoredPixels } from '../decode/decode.ts';
import { decodeBySharp } from '../decode/decode-by-sharp.ts';
import { rawTiff } from '../decode/raw-tiff.ts';
import type { SourceFile } from '../formats/source-file.ts';
import { isGray, type PixelImage } from '../pixel-image.ts';
import { applyProfile } from './apply-profile.ts';
import { cmykToRgb } from './cmyk.ts';
import { hasUnknownColours, profileToApply } from './profile-to-apply.ts';

/** Pixels in sRGB, and what could not be converted. */
export interface SrgbPixels {
  pixels: PixelImage;
  /** Some light was brighter than white and has become white. */
  hasHighlights: boolean;
  /** The file states its colours in a way that is not understood; sRGB was assumed. */
  hasUnknownColours: boolean;
}

/** Converts pixels to sRGB as gray, RGB or RGBA, in place if possible. Throws `ConversionError`. */
export async function toSrgb(stored: StoredPixels, image: CheckedImage): Promise<SrgbPixels> {
  const { recipe } = image;
  const isOwn = image.file.decoder !== undefined;
  const { icc: _, cicp: __, ...pixels } = stored;
  if (recipe.colour === 'raw') {
    return known(image.file.samples === 'cmyk' ? cmykToRgb(pixels) : pixels);
  }
  if (isOwn && image.file.samples === 'cmyk') return known(await ownCmykToSrgb(pixels, image));
  const file = isOwn ? decodedFile(stored, image.file) : image.file;
  const profile = profileToApply(file);
  if (profile?.kind === 'shaper') return known(pixels, await applyProfile(pixels, profile));
  if (profile && file.icc && isOwn) {
    return known(await applyTable(pixels, { ...image, file }, file.icc));
  }
  // libvips has already applied a table profile.
  return { ...known(pixels), hasUnknownColours: hasUnknownColours(file) };
}

function known(pixels: PixelImage, hasHighlights = false): SrgbPixels {
  return { pixels, hasHighlights, hasUnknownColours: false };
}

/** Some decoders reveal the profile, and whether the image is gray, only with the pixels. */
function decodedFile({ icc, cicp, ...pixels }: StoredPixels, file: SourceFile): SourceFile {
  const samples = isGray(pixels) ? 'gray' : 'rgb';
  return { ...file, samples, ...(icc && { icc }), ...(cicp && { cicp }) };
}

/** Only sharp can apply a table profile, and only to pixels in a TIFF. */
async function applyTable(
  pixels: PixelImage,
  image: CheckedImage,
  icc: Uint8Array,
): Promise<PixelImage> {
  const { file, plan } = image;
  const hasAlpha = pixels.channels % 2 === 0;
  const isDeep = pixels.pixels instanceof Uint16Array;
  const wrapped = { ...file.image, format: 'tiff', hasAlpha } as const;
  return await decodeBySharp({
    ...image,
    bytes: rawTiff(pixels, icc),
    file: { image: wrapped, samples: file.samples, isDeep, icc },
    plan: { ...plan, frames: 1 },
  });
}

/** libvips has a default profile for CMYK. */
async function ownCmykToSrgb(stored: PixelImage, image: CheckedImage): Promise<PixelImage> {
  const { file, plan } = image;
  const wrapped = { ...file.image, format: 'tiff', hasAlpha: false } as const;
  return await decodeBySharp({
    ...image,
    bytes: rawTiff(stored, file.icc, 'cmyk'),
    file: { image: wrapped, samples: 'cmyk', isDeep: false, ...(file.icc && { icc: file.icc }) },
    plan: { ...plan, frames: 1 },
  });
}
