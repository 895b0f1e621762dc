import type { Sharp } from 'sharp';
import type { CheckedImage } from '../check-image.ts';
import type { ColourProfile } from '../colour/icc-profile.ts';
import { profileToApply } from '../colour/profile-to-apply.ts';
import type { SourceFile, SourceImage } from '../formats/source-file.ts';
import { loadSharp } from '../load-sharp.ts';
import type { PixelImage } from '../pixel-image.ts';
import type { Recipe } from '../recipe/recipe-options.ts';
import { asRgbTiff, cielabOffset, cielabToSrgb } from './cielab-tiff.ts';
import { mapDecoderErrors } from './decoder-error.ts';
import { withoutExtra } from './extra-samples.ts';
import { serializeSvgReads } from './svg/serialize-svg-reads.ts';

export interface SharpOptions {
  /** What the decoder rejects; with `none` it fills in missing pixels. */
  failOn?: 'none' | 'error' | 'warning';
}

/** The pixels as stored, except that table profiles are applied and CMYK may become sRGB. */
export async function decodeBySharp(
  { bytes, file, plan, recipe, limits, deadline }: CheckedImage,
  { failOn = strictnessFor(file.image) }: SharpOptions = {},
): Promise<PixelImage> {
  const { colour } = recipe;
  const profile = colour === 'managed' ? profileToApply(file) : undefined;
  const space = spaceOf(file, colour, profile);
  const labOffset = file.samples === 'lab' ? cielabOffset(bytes) : undefined;
  const sharp = await loadSharp();
  const decoder = sharp(labOffset === undefined ? bytes : asRgbTiff(bytes), {
    failOn,
    limitInputPixels: limits.maxPixels,
    limitInputChannels: false,
    pages: plan.frames,
    ignoreIcc: profile?.kind !== 'table',
  }).timeout(deadline.seconds());
  // sharp applies a table at 16 bits by converting to Display P3, and would stop there.
  if (profile?.kind === 'table' && space === 'rgb' && file.isDeep) decoder.withIccProfile('srgb');
  const isDeep = file.isDeep && labOffset === undefined;
  const decoded = await mapDecoderErrors(
    file.image.format,
    serializeSvgReads(file.image.format, () => pixelsOf(decoder, space, isDeep)),
  );
  const isWhole = decoded.channels > coloursIn[space];
  const kept = file.extraSamples && isWhole ? withoutExtra(decoded, file.extraSamples) : decoded;
  return labOffset === undefined ? kept : cielabToSrgb(kept, labOffset);
}

/** The colour space requested from sharp. */
type Space = 'gray' | 'rgb' | 'cmyk' | 'cmyk to rgb';

function spaceOf(
  { samples, image }: SourceFile,
  colour: Recipe['colour'],
  profile: ColourProfile | undefined,
): Space {
  if (samples === 'cmyk') return colour === 'raw' ? 'cmyk' : 'cmyk to rgb';
  // Gray with alpha is requested as RGBA, because sharp would drop the alpha.
  const isGray = samples === 'gray' && !image.hasAlpha && profile?.kind !== 'table';
  return isGray ? 'gray' : 'rgb';
}

const coloursIn: Record<Space, number> = { gray: 1, rgb: 3, cmyk: 4, 'cmyk to rgb': 3 };

/** sharp’s names of a space at 8 and 16 bits. libvips’ CMYK profiles have 8. */
const sharpSpaces = {
  gray: ['b-w', 'grey16'],
  rgb: ['srgb', 'rgb16'],
  cmyk: ['cmyk', 'cmyk'],
  'cmyk to rgb': ['srgb', 'srgb'],
} as const satisfies Record<Space, readonly [string, string]>;

async function pixelsOf(decoder: Sharp, space: Space, isDeep: boolean): Promise<PixelImage> {
  const is16Bit = isDeep && space !== 'cmyk to rgb';
  // Without it, sharp converts CMYK to RGB and back.
  if (space === 'cmyk') decoder.pipelineColourspace('cmyk');
  const { data, info } = await decoder
    .toColourspace(sharpSpaces[space][is16Bit ? 1 : 0])
    .raw({ depth: is16Bit ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const pixels = is16Bit ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data;
  return { pixels, width, height, channels };
}

/** `error` rejects truncated images; libjpeg reports damaged data only as warnings. */
function strictnessFor({ format }: SourceImage): 'error' | 'warning' {
  return format === 'jpeg' ? 'warning' : 'error';
}
