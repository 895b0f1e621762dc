import { isOwnFormat } from './decode/own-decoders.ts';
import { isOwnPng } from './encode/encode.ts';
import type { OutputPlan } from './encode/output-plan.ts';
import type { InputFormat } from './formats/input-formats.ts';
import { type OutputFormat, outputFormats } from './formats/output-formats.ts';
import type { SourceFile, SourceImage } from './formats/read-header.ts';
import type { Recipe } from './recipe/recipe-options.ts';

/** Row buffers, tables and the like, of images of any size. */
const fixedBytes = 16 * 2 ** 20;

/**
 * Bytes a pixel that a decoder holds besides the pixels it hands out. Measured on 12 megapixels as
 * the growth of the process (libvips 8.18, Linux x64), rounded up.
 */
const decoderBytes: Record<InputFormat, (source: SourceImage) => number> = {
  // The coefficients of the whole image, two bytes each, where they come in several scans.
  jpeg: ({ isProgressive, channels }) => (isProgressive ? 2 * channels + 1 : 0),
  png: (source) => (source.isProgressive ? storedBytes(source) : 0),
  webp: () => 8,
  gif: () => 5,
  // One strip can be the whole image.
  tiff: storedBytes,
  avif: ({ depth }) => (depth > 8 ? 24 : 17),
  // WebAssembly: docs/adr/0006-decoders-from-npm.md.
  heic: ({ depth, hasAlpha }) => (depth > 8 || hasAlpha ? 33 : 12),
  jxl: ({ depth, hasAlpha }) => (depth > 8 ? 77 : hasAlpha ? 46 : 35),
  jp2: () => 30,
  // The rows that a conversion of their colours still needs.
  psd: storedBytes,
  qoi: () => 0,
  bmp: () => 4,
  ico: () => 4,
  pnm: () => 0,
  svg: () => 4,
  tga: () => 4,
};

/** Of a picture inside an SVG, of which there can be several. Measured like the others. */
const embeddedPixelBytes = 12;

/** The same for encoders, the output included. */
const encoderBytes: Record<OutputFormat, (channels: number) => number> = {
  png: (channels) => 1.5 * channels,
  jpeg: () => 1,
  webp: (channels) => (channels === 1 ? 17 : 31),
  avif: (channels) => (channels === 1 ? 45 : 65),
  tiff: (channels) => 2.5 * channels,
  gif: () => 4,
};

/** Upper estimate of what converting an image allocates, besides the source’s own bytes. */
export function estimateMemoryBytes(
  { image, isDeep, icc, embeddedPixels = 0 }: SourceFile,
  plan: OutputPlan,
  recipe: Recipe,
): number {
  const { alpha, tolerate } = recipe;
  const { width, height, hasAlpha, orientation = 1 } = image;
  const keepsAlpha = alpha === 'keep' && outputFormats[plan.format].alpha !== 'none';
  const grayChannels = hasAlpha && keepsAlpha ? 2 : 1;
  const [sourceBytes, outputBytes] = [isDeep ? 2 : 1, plan.depth / 8];
  const sampleBytes = Math.max(sourceBytes, outputBytes);
  // No gray image is there when the encoder takes colours: `takesColours` in encode.ts.
  const isGrayInPassing =
    isOwnPng(recipe, plan.format) &&
    recipe.method === 'rec601' &&
    orientation === 1 &&
    sampleBytes === 1;
  const colours = (hasAlpha ? 4 : 3) * sourceBytes;
  const bytesPerPixel =
    decoderBytes[image.format](image) +
    // The rows of what is left of a PNG, and the file that is made of them.
    (tolerate === 'truncated' && image.format === 'png' ? 3 * storedBytes(image) : 0) +
    colours +
    // A table of colours is applied to a copy of the pixels, in a file of its own.
    (icc && isOwnFormat(image.format) ? 2 * colours : 0) +
    // Colours with more bits, or without their alpha.
    (outputBytes > sourceBytes ? colours * 2 : 0) +
    (hasAlpha && !keepsAlpha ? 3 * sampleBytes : 0) +
    (isGrayInPassing ? 0 : grayChannels * sampleBytes) +
    // The gray once more: turned, rounded, or without an alpha that turned out opaque.
    (!isGrayInPassing && (orientation > 1 || grayChannels === 2 || sampleBytes > outputBytes)
      ? grayChannels * sampleBytes
      : 0) +
    encoderBytes[plan.format](grayChannels) * outputBytes;
  const embeddedBytes = embeddedPixels * embeddedPixelBytes;
  return Math.ceil(fixedBytes + width * height * plan.frames * bytesPerPixel + embeddedBytes);
}

/** The same for a thumbnail of its first frame, which is scaled while it is decoded. */
export function estimateThumbnailBytes(image: SourceImage): number {
  const { width, height } = image;
  const bytesPerPixel = decoderBytes[image.format](image) + storedBytes(image);
  return Math.ceil(fixedBytes + width * height * bytesPerPixel);
}

function storedBytes({ channels, depth }: SourceImage): number {
  return channels * Math.ceil(depth / 8);
}
