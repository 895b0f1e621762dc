import type { CheckedImage } from './check-image.ts';
import { toSrgb } from './colour/to-srgb.ts';
import { type Decoded, decodeTolerant } from './decode/decode-tolerant.ts';
import { decoderBytes, repairBytes } from './decode/decoder-bytes.ts';
import { isOwnFormat } from './decode/own-decoders.ts';
import { type Encoded, encode, encoderBytes, isOwnPng, takesColours } from './encode/encode.ts';
import { outputFormats } from './formats/output-formats.ts';
import { dropOpaqueAlpha, settleAlpha } from './gray/alpha.ts';
import { narrow, widen } from './gray/depth.ts';
import { isMoved, orient } from './gray/orient.ts';
import { toGray } from './gray/to-gray.ts';
import { isGray, type PixelImage } from './pixel-image.ts';

/** One step of a conversion: makes of what the step before it made what the next one needs. */
export interface Step<From, To> {
  /** Where its time is counted. */
  stage: 'decode' | 'gray' | 'encode';
  /** Bytes that it allocates for each pixel, at most. */
  bytesPerPixel(image: CheckedImage): number;
  run(from: From, image: CheckedImage): To | Promise<To>;
}

type PixelStep = Step<PixelImage, PixelImage>;

/** The pixels as stored, or what is left of them. */
const decode: Step<void, Decoded> = {
  stage: 'decode',
  bytesPerPixel: (image) => {
    const { file, recipe } = image;
    const repaired = recipe.tolerate === 'truncated' ? repairBytes(file.image) : 0;
    return decoderBytes[file.image.format](file.image) + repaired + colourBytes(image);
  },
  run: (_, image) => decodeTolerant(image),
};

/** In sRGB. */
const colour: PixelStep = {
  stage: 'decode',
  // A table of colours is applied to a copy of the pixels, in a file of its own.
  bytesPerPixel: (image) =>
    image.file.icc && isOwnFormat(image.file.image.format) ? 2 * colourBytes(image) : 0,
  run: toSrgb,
};

/** To the bits of the output where it has more of them. */
const deepen: PixelStep = {
  stage: 'gray',
  bytesPerPixel: (image) =>
    image.plan.depth === 16 && !image.file.isDeep ? 2 * colourBytes(image) : 0,
  run: (pixels, { plan }) => (plan.depth === 16 ? widen(pixels) : pixels),
};

/** Transparency kept, dropped or flattened. */
const alpha: PixelStep = {
  stage: 'gray',
  bytesPerPixel: (image) =>
    image.file.image.hasAlpha && !keepsAlpha(image) ? 3 * sampleBytes(image) : 0,
  run: (pixels, { recipe, plan }) => settleAlpha(pixels, { ...recipe, format: plan.format }),
};

/** Of all the bits that there are. Left to the encoder where that makes gray as it goes. */
const gray: PixelStep = {
  stage: 'gray',
  bytesPerPixel: (image) => {
    if (isLeftToKernel(image)) return 0;
    const perChannel = sampleBytes(image);
    // With an alpha, and without one that turned out to be opaque.
    return grayChannels(image) === 2 ? 3 * perChannel : perChannel;
  },
  run: async (pixels, image) =>
    isReady(pixels, image) ? pixels : dropOpaqueAlpha(await toGray(pixels, image.recipe.method)),
};

/** Turned upright after there is less of it. */
const upright: PixelStep = {
  stage: 'gray',
  bytesPerPixel: (image) => (isMoved(turnOf(image)) ? grayBytes(image) : 0),
  run: (pixels, image) =>
    isGray(pixels) ? orient(pixels, turnOf(image), image.plan.frames) : pixels,
};

/** Rounded to the bits of the output last, so that nothing is rounded twice. */
const round: PixelStep = {
  stage: 'gray',
  bytesPerPixel: (image) =>
    image.plan.depth === 8 && sampleBytes(image) === 2 ? grayChannels(image) : 0,
  run: (pixels, { plan }) => (plan.depth === 8 && isGray(pixels) ? narrow(pixels) : pixels),
};

/** The output file. */
const encodeFile: Step<PixelImage, Encoded> = {
  stage: 'encode',
  bytesPerPixel: (image) =>
    (encoderBytes[image.plan.format](grayChannels(image)) * image.plan.depth) / 8,
  run: encode,
};

/** In order. Gray is made before an image is turned or rounded: it is a third of the samples. */
export const steps = {
  decode,
  colour,
  deepen,
  alpha,
  gray,
  upright,
  round,
  encode: encodeFile,
} as const;

/** A gray image may need no copy: whether the kernel of PNG is known to make it from the colours. */
function isLeftToKernel(image: CheckedImage): boolean {
  const { recipe, plan } = image;
  const isPossible = isOwnPng(recipe, plan.format) && recipe.method === 'rec601';
  return isPossible && !isMoved(turnOf(image)) && sampleBytes(image) === 1;
}

/** The same, of the pixels that there are. */
function isReady(pixels: PixelImage, image: CheckedImage): boolean {
  return !isMoved(turnOf(image)) && takesColours(pixels, image);
}

/** How the image has to be turned. Pillow turns TIFFs upright, and nothing else. */
function turnOf({ recipe: { orientation, compat }, file }: CheckedImage): number | undefined {
  const isTurned = orientation === 'apply' || (compat === 'pillow' && file.image.format === 'tiff');
  return isTurned ? file.image.orientation : undefined;
}

/** Bytes a pixel as decoded. Gray with alpha comes as RGBA. */
function colourBytes({ file }: CheckedImage): number {
  return (file.image.hasAlpha ? 4 : 3) * (file.isDeep ? 2 : 1);
}

/** Of the samples that gray is made of. */
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
