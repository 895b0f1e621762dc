import sharp, { type Sharp } from 'sharp';
import { applyProfile } from '../colour/apply-profile.ts';
import { inksToRgb } from '../colour/cmyk.ts';
import { foreignProfile, type IccProfile } from '../colour/icc-profile.ts';
import type { Deadline } from '../deadline.ts';
import type { SourceFile, SourceImage } from '../formats/read-header.ts';
import { isTiledTiff } from '../formats/tiff-layout.ts';
import type { PixelImage } from '../pixel-image.ts';
import type { Recipe } from '../recipe/recipe-options.ts';
import { orCorrupt } from './decoder-error.ts';
import { isOwnFormat, type OwnFormat, ownDecoder } from './own-decoders.ts';
import { asPillow } from './pillow.ts';
import { rawTiff } from './raw-tiff.ts';
import { inTurn } from './svg/svg-turns.ts';
import type { WasmPixels } from './wasm/wasm-decoder.ts';

export interface DecodeOptions {
  colour: Recipe['colour'];
  compat: Recipe['compat'];
  frames: number;
  maxPixels: number;
  /** What is missing is made up by the decoder rather than refused. */
  isLenient?: boolean;
  deadline: Deadline;
}

/** Gray, RGB or RGBA in sRGB, as stored, at 8 or 16 bits a sample. Throws `ConversionError`. */
export async function decode(
  bytes: Uint8Array,
  file: SourceFile,
  options: DecodeOptions,
): Promise<PixelImage> {
  return isOwnFormat(file.image.format)
    ? await decodeOwn(bytes, file, { ...options, format: file.image.format })
    : await decodeBySharp(bytes, file, options);
}

async function decodeBySharp(
  bytes: Uint8Array,
  file: SourceFile,
  { colour, compat, frames, maxPixels, isLenient = false, deadline }: DecodeOptions,
): Promise<PixelImage> {
  const profile = colour === 'managed' ? foreignProfile(file) : undefined;
  const { space, after } = routeOf(file, colour, profile);
  const decoder = sharp(bytes, {
    failOn: isLenient ? 'none' : strictnessFor(bytes, file.image),
    limitInputPixels: maxPixels,
    limitInputChannels: false,
    pages: frames,
    ignoreIcc: profile?.kind !== 'table',
  }).timeout(deadline.seconds());
  // sharp applies a table at 16 bits by way of Display P3, and would stop there.
  if (profile?.kind === 'table' && space === 'rgb' && file.isDeep) decoder.withIccProfile('srgb');
  const stored = await orCorrupt(
    file.image.format,
    inTurn(file.image.format, () => pixelsOf(decoder, space, file.isDeep)),
  );
  const image = compat === 'pillow' ? asPillow(stored, file, bytes) : stored;
  return after ? after(image) : image;
}

/** Upright already. A profile that is a table is applied by sharp alone, to pixels in a TIFF. */
async function decodeOwn(
  bytes: Uint8Array,
  file: SourceFile,
  { format, ...options }: DecodeOptions & { format: OwnFormat },
): Promise<PixelImage> {
  const decoder = await ownDecoder(format);
  const { icc = file.icc, ...stored }: WasmPixels = await decoder.decode(bytes, options.deadline);
  options.deadline.check();
  const image = options.compat === 'pillow' ? asPillow(stored, file, bytes) : stored;
  if (options.colour === 'raw') return image;
  const samples = image.channels <= 2 ? 'gray' : 'rgb';
  const profile = foreignProfile({ ...file, samples, ...(icc && { icc }) });
  if (profile?.kind !== 'table' || !icc) return inSrgb(image, profile);
  const hasAlpha = image.channels % 2 === 0;
  const wrapped = { ...file.image, format: 'tiff', hasAlpha } as const;
  const isDeep = image.pixels instanceof Uint16Array;
  return await decodeBySharp(
    rawTiff(image, icc),
    { image: wrapped, samples, isDeep, icc },
    { ...options, frames: 1 },
  );
}

interface Route {
  /** What sharp is asked for. */
  space: Space;
  /** What is left to do. */
  after?(image: PixelImage): PixelImage;
}

type Space = 'gray' | 'rgb' | 'cmyk' | 'cmyk to rgb';

function routeOf(
  { samples, image }: SourceFile,
  colour: Recipe['colour'],
  profile: IccProfile | undefined,
): Route {
  if (samples === 'cmyk') {
    return colour === 'raw' ? { space: 'cmyk', after: inksToRgb } : { space: 'cmyk to rgb' };
  }
  // Gray with alpha comes as RGBA, as sharp would drop its alpha.
  const isGray = samples === 'gray' && !image.hasAlpha && profile?.kind !== 'table';
  const space = isGray ? 'gray' : 'rgb';
  if (image.format === 'avif' && image.depth > 8) {
    return { space, after: (pixels) => inSrgb(unshifted(pixels, image.depth), profile) };
  }
  return { space, after: (pixels) => inSrgb(pixels, profile) };
}

function inSrgb(image: PixelImage, profile: IccProfile | undefined): PixelImage {
  if (profile) applyProfile(image, profile);
  return image;
}

/** libvips fills 16 bits from 10 or 12 by shifting, so that white is not quite white. */
function unshifted(image: PixelImage, depth: number): PixelImage {
  if (image.pixels instanceof Uint8Array) return image;
  const white = (2 ** depth - 1) * 2 ** (16 - depth);
  const { pixels } = image;
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = Math.min(65_535, Math.round(((pixels[i] as number) * 65_535) / white));
  }
  return image;
}

/** What sharp calls a space, at 8 and at 16 bits. libvips’ profiles for inks have 8. */
const sharpSpaces = {
  gray: ['b-w', 'grey16'],
  rgb: ['srgb', 'rgb16'],
  cmyk: ['cmyk', 'cmyk'],
  'cmyk to rgb': ['srgb', 'srgb'],
} as const satisfies Record<Space, readonly [string, string]>;

async function pixelsOf(decoder: Sharp, space: Space, isDeep: boolean): Promise<PixelImage> {
  const is16Bit = isDeep && space !== 'cmyk to rgb';
  // Without it, sharp turns inks into colours on its way to inks.
  if (space === 'cmyk') decoder.pipelineColourspace('cmyk');
  const { data, info } = await decoder
    .toColourspace(sharpSpaces[space][is16Bit ? 1 : 0])
    .raw({ depth: is16Bit ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const pixels = is16Bit ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data;
  return { pixels, width, height, channels };
}

/**
 * `error` refuses what is cut off and takes what Pillow takes without complaint: stray bytes
 * between the segments of a JPEG, odd tags in a TIFF. But only as a warning does libvips report a
 * broken tile, and hands out the rest of the image.
 */
function strictnessFor(bytes: Uint8Array, { format }: SourceImage): 'error' | 'warning' {
  return format === 'tiff' && isTiledTiff(bytes) ? 'warning' : 'error';
}
