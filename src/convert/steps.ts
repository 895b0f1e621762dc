import type { CheckedImage } from './check-image.ts';
import { type Colourfulness, measureColourfulness } from './colour/colourfulness.ts';
import { type SrgbPixels, toSrgb } from './colour/to-srgb.ts';
import { areRowsEnough } from './convert-rows.ts';
import type { StoredPixels } from './decode/decode.ts';
import { type Decoded, type DecodeOptions, decodeTolerant } from './decode/decode-tolerant.ts';
import { decoderBytesOf, repairBytes } from './decode/decoder-bytes.ts';
import { type Encoded, encode, encoderBytes } from './encode/encode.ts';
import { outputFormats } from './formats/output-formats.ts';
import type { SourceFile } from './formats/source-file.ts';
import { applyAlphaPolicy, dropOpaqueAlpha } from './gray/alpha.ts';
import { narrow, widen } from './gray/depth.ts';
import { checkOpaque, toFewGrays } from './gray/few-grays.ts';
import { isReoriented, orient, orientationToApply } from './gray/orient.ts';
import { toGray } from './gray/to-gray.ts';
import type { GrayPixels, PixelImage } from './pixel-image.ts';

/** One step of a conversion: turns the result of the previous step into the input of the next. */
export interface Step<From, To> {
  /** The stage that its time is added to. */
  stage: 'decode' | 'gray' | 'encode';
  /** Maximum bytes that it allocates per pixel. */
  bytesPerPixel(image: CheckedImage): number;
  run(from: From, image: CheckedImage): To | Promise<To>;
}

type PixelStep = Step<PixelImage, PixelImage>;

/** Decodes the pixels as stored, or what is left of them. */
const decode: Step<DecodeOptions, Decoded> = {
  stage: 'decode',
  bytesPerPixel: (image) => {
    const { file, recipe } = image;
    const repaired = recipe.tolerate === 'truncated' ? repairBytes(file.image) : 0;
    return decoderBytesOf(file) + repaired + colourBytes(image) + droppedBytes(file);
  },
  run: (options, image) => decodeTolerant(image, options),
};

/** Converts to sRGB. */
const colour: Step<StoredPixels, SrgbPixels> = {
  stage: 'decode',
  // A table profile is applied to a copy of the pixels, in a separate file.
  bytesPerPixel: (image) =>
    image.file.decoder && (image.file.icc || image.file.samples === 'cmyk')
      ? 2 * colourBytes(image)
      : 0,
  run: toSrgb,
};

/** Measures the colours before they are changed. */
const measure: Step<PixelImage, Colourfulness> = {
  stage: 'gray',
  bytesPerPixel: () => 0,
  run: measureColourfulness,
};

/** Widens samples to the depth of the output if it has more bits. */
const deepen: PixelStep = {
  stage: 'gray',
  bytesPerPixel: (image) =>
    image.plan.depth === 16 && !image.file.isDeep ? 2 * colourBytes(image) : 0,
  run: (pixels, { plan }) => (plan.depth === 16 ? widen(pixels) : pixels),
};

/** Keeps, drops or flattens transparency. */
const alpha: PixelStep = {
  stage: 'gray',
  bytesPerPixel: (image) =>
    image.file.image.hasAlpha && !keepsAlpha(image) ? 3 * sampleBytes(image) : 0,
  run: (pixels, { recipe, plan }) => {
    const kept = applyAlphaPolicy(pixels, { ...recipe, format: plan.format });
    if (plan.depth < 8) checkOpaque(kept, plan.depth);
    return kept;
  },
};

/** Uses all available bits. */
const gray: Step<PixelImage, GrayPixels> = {
  stage: 'gray',
  bytesPerPixel: (image) => {
    if (areRowsEnough(expectedRows(image), image)) return 0;
    const perChannel = sampleBytes(image);
    // With alpha, and without it if it turns out to be opaque.
    return grayChannels(image) === 2 ? 3 * perChannel : perChannel;
  },
  run: async (pixels, image) => dropOpaqueAlpha(await toGray(pixels, image.recipe.method)),
};

/** Runs after the gray step, because there is less data to turn. */
const upright: Step<GrayPixels, GrayPixels> = {
  stage: 'gray',
  bytesPerPixel: (image) => (isReoriented(orientationToApply(image)) ? grayBytes(image) : 0),
  run: (pixels, image) => orient(pixels, orientationToApply(image), image.plan.frames),
};

/** Rounds to the depth of the output last, so that nothing is rounded twice. */
const round: Step<GrayPixels, GrayPixels> = {
  stage: 'gray',
  bytesPerPixel: (image) => {
    const { depth } = image.plan;
    return depth < 8 || (depth === 8 && sampleBytes(image) === 2) ? grayChannels(image) : 0;
  },
  run: (pixels, { recipe, plan: { depth, frames } }) => {
    if (depth === 16) return pixels;
    return depth === 8 ? narrow(pixels) : toFewGrays(pixels, { ...recipe, depth, frames });
  },
};

/** Writes the output file. */
const encodeFile: Step<GrayPixels, Encoded> = {
  stage: 'encode',
  bytesPerPixel: (image) => {
    const { format, depth, copyright } = image.plan;
    // Adding to a file copies it, and it may be as large as the pixels.
    const perSample = encoderBytes[format](grayChannels(image)) + (copyright ? 1 : 0);
    return (perSample * Math.max(8, depth)) / 8;
  },
  run: encode,
};

/**
 * In order. The gray step precedes turning and rounding, because gray is a third of the samples.
 */
export const steps = {
  decode,
  colour,
  measure,
  deepen,
  alpha,
  gray,
  upright,
  round,
  encode: encodeFile,
} as const;

/** The colours that decoding is expected to give. */
function expectedRows({ file }: CheckedImage) {
  const channels = file.image.hasAlpha ? 4 : 3;
  return { channels, bits: file.isDeep ? 16 : 8, width: file.image.width } as const;
}

/** Bytes per decoded pixel. Gray with alpha is decoded as RGBA. */
function colourBytes({ file }: CheckedImage): number {
  return (file.image.hasAlpha ? 4 : 3) * (file.isDeep ? 2 : 1);
}

/** Bytes per pixel that are decoded and then replaced: extra samples, and CIELAB. */
function droppedBytes({ image, samples, extraSamples, isDeep }: SourceFile): number {
  if (samples === 'lab') return image.channels;
  return (extraSamples?.count ?? 0) * (isDeep ? 2 : 1);
}

/** Bytes per sample of the input of the gray step. */
function sampleBytes({ file, plan }: CheckedImage): 1 | 2 {
  return file.isDeep || plan.depth === 16 ? 2 : 1;
}

function keepsAlpha({ recipe, plan }: CheckedImage): boolean {
  return recipe.alpha === 'keep' && outputFormats[plan.format].alpha !== 'none';
}

function grayChannels(image: CheckedImage): 1 | 2 {
  return image.file.image.hasAlpha && keepsAlpha(image) ? 2 : 1;
}

function grayBytes(image: CheckedImage): number {
  return grayChannels(image) * sampleBytes(image);
}
