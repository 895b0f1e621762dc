import type { Sharp, TiffOptions } from 'sharp';
import {
  encodeFewGraysPng,
  encodeGrayPng,
  type GrayPngOptions,
  type PngRows,
} from '../../gray-png/index.ts';
import type { CheckedImage } from '../check-image.ts';
import { withCopyright } from '../copyright/write-copyright.ts';
import { type OutputFormat, outputFormats } from '../formats/output-formats.ts';
import type { SourceFile } from '../formats/source-file.ts';
import type { Limits } from '../limits.ts';
import { loadSharp } from '../load-sharp.ts';
import type { GrayPixels } from '../pixel-image.ts';
import { type Recipe, recipeOptions } from '../recipe/recipe-options.ts';
import { pngDensity, tiffDensity, withResolution } from '../resolution/write-resolution.ts';
import { encodeGif } from './encode-gif.ts';
import { padToEven, withTiffWidth } from './even-tiff.ts';
import type { OutputDepth } from './output-plan.ts';
import { checkOutputBytes } from './output-size.ts';

/** The parts of a checked image that encoding needs. */
export interface EncodeOptions extends Pick<CheckedImage, 'recipe' | 'plan' | 'deadline'> {
  file: Pick<SourceFile, 'timing'>;
  limits: Pick<Limits, 'maxOutputBytes'>;
}

/**
 * Bytes per pixel that an encoder allocates for each byte of a sample, including the output.
 * Measured on 12 megapixels as the growth of the process (libvips 8.18, Linux x64), rounded up.
 */
export const encoderBytes: Record<OutputFormat, (channels: number) => number> = {
  png: (channels) => 1.5 * channels,
  jpeg: () => 2,
  webp: (channels) => (channels === 1 ? 17 : 31),
  avif: (channels) => (channels === 1 ? 45 : 65),
  tiff: (channels) => 2.5 * channels,
  gif: () => 4,
};

/**
 * Omits the quality for lossless output: for some formats, sharp would use it as an effort or
 * switch to near-lossless.
 */
function lossy({ lossless, quality }: Recipe) {
  return lossless ? { lossless } : { quality };
}

const sharpEncoders: Record<
  Exclude<OutputFormat, 'gif'>,
  (image: Sharp, options: EncodeOptions) => Sharp
> = {
  png: (image, { recipe: { compressionLevel } }) =>
    image.png({ adaptiveFiltering: true, compressionLevel }),
  // Optimised Huffman tables save 1 % of the bytes for 50 % more work.
  jpeg: (image, { recipe: { quality } }) => image.jpeg({ quality, optimiseCoding: false }),
  webp: (image, { recipe, file }) =>
    image.webp({ ...lossy(recipe), effort: effortFor('webp', recipe), ...file.timing }),
  avif: (image, { recipe }) => image.avif({ ...lossy(recipe), effort: effortFor('avif', recipe) }),
  tiff: (image, { plan: { depth, resolution } }) =>
    image.tiff({ ...tiffCompression(depth), ...(resolution && tiffDensity(resolution)) }),
};

function tiffCompression(depth: OutputDepth): TiffOptions {
  // Fax readers expect that 0 is white: TIFF 6.0, section 10.
  if (depth === 1) return { bitdepth: 1, compression: 'ccittfax4', miniswhite: true };
  if (depth < 8) return { bitdepth: depth as 2 | 4, compression: 'deflate', predictor: 'none' };
  // sharp defaults to JPEG, which is lossy and has no alpha.
  return { compression: 'deflate', predictor: 'horizontal' };
}

/** Clamps the effort, because the range of the source’s format is unknown to the caller. */
function effortFor(format: 'webp' | 'avif', { effort }: Recipe): number {
  return Math.min(effort, outputFormats[format].effort[1]);
}

export interface Encoded {
  bytes: Uint8Array;
  /** Channels of the file. */
  channels: number;
  /** Milliseconds spent converting colours to gray, and waiting for rows. */
  grayMs: number;
  waitMs: number;
}

/** Whether {@link encodeGrayPng} writes the file. sharp handles other levels. */
export function usesPngKernel({ compressionLevel }: Recipe, format: OutputFormat): boolean {
  return format === 'png' && compressionLevel === recipeOptions.compressionLevel.default;
}

/** Encodes gray. */
export async function encode(image: GrayPixels, options: EncodeOptions): Promise<Encoded> {
  return finish(await encodePixels(image, options), options);
}

/** Converts colours to gray by Rec. 601, in the PNG kernel, and encodes them as they arrive. */
export async function encodeRows(
  rows: Omit<PngRows, 'depth'>,
  options: EncodeOptions,
  hooks: Pick<GrayPngOptions, 'colours' | 'onRows'>,
): Promise<Encoded> {
  return finish(await encodeWithKernel(rows, options, hooks), options);
}

/** Adds what every file has, and checks its size. */
function finish({ bytes, ...encoded }: Encoded, { plan, limits }: EncodeOptions): Encoded {
  const file = withCopyright(bytes, plan.format, plan.copyright);
  checkOutputBytes(file.length, limits.maxOutputBytes);
  return { bytes: file, ...encoded };
}

async function encodePixels(image: GrayPixels, options: EncodeOptions): Promise<Encoded> {
  const { recipe, plan, file, limits, deadline } = options;
  const { format, frames } = plan;
  if (usesPngKernel(recipe, format)) return await encodeWithKernel(image, options);
  const channels = image.channels + (outputFormats[format].hasGray ? 0 : 2);
  const bytes =
    format === 'gif'
      ? encodeGif(image, { frames, deadline, timing: file.timing, ...limits })
      : format === 'png' && plan.depth < 8
        ? await encodeWithZlib(image, options)
        : await encodeWithSharp(image, format, options);
  checkOutputBytes(bytes.length, limits.maxOutputBytes);
  return { bytes, channels, grayMs: 0, waitMs: 0 };
}

async function encodeWithZlib(
  { pixels, width, height }: GrayPixels,
  { recipe, plan: { depth, resolution } }: EncodeOptions,
): Promise<Uint8Array> {
  if (!(pixels instanceof Uint8Array)) throw new TypeError('Expected 8-bit samples');
  return await encodeFewGraysPng(
    { pixels, width, height, depth: depth as 1 | 2 | 4 },
    { level: recipe.compressionLevel, pixelsPerMetre: resolution && pngDensity(resolution) },
  );
}

async function encodeWithKernel(
  image: GrayPixels | Omit<PngRows, 'depth'>,
  { plan: { depth, resolution }, deadline, limits: { maxOutputBytes } }: EncodeOptions,
  hooks: Pick<GrayPngOptions, 'colours' | 'onRows'> = {},
): Promise<Encoded> {
  const encoded = await encodeGrayPng(
    { ...image, depth },
    {
      ...hooks,
      pixelsPerMetre: resolution && pngDensity(resolution),
      onProgress(sizeBytes) {
        deadline.check();
        checkOutputBytes(sizeBytes, maxOutputBytes);
      },
    },
  );
  // The progress reports do not include the final bytes of the file.
  checkOutputBytes(encoded.bytes.length, maxOutputBytes);
  return encoded;
}

async function encodeWithSharp(
  image: GrayPixels,
  format: Exclude<OutputFormat, 'gif'>,
  options: EncodeOptions,
): Promise<Uint8Array> {
  const {
    plan: { depth, frames, resolution },
    deadline,
  } = options;
  const { pixels, width, height, channels } = depth === 4 ? padToEven(image) : image;
  const paged = frames > 1 && { pageHeight: height / frames };
  const raw = { width, height, channels, ...paged };
  const sharp = await loadSharp();
  const gray = sharp(pixels, { raw, limitInputPixels: false })
    .timeout(deadline.seconds())
    .toColourspace(pixels instanceof Uint16Array ? 'grey16' : 'b-w');
  const written = await sharpEncoders[format](gray, options).toBuffer();
  const sized = width === image.width ? written : withTiffWidth(written, image.width);
  return withResolution(sized, format, resolution);
}
