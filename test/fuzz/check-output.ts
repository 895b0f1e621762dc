import sharp, { type Metadata } from 'sharp';
import type { InputFormat } from '../../src/convert/formats/input-formats.ts';
import {
  defaultLimits,
  type GrayImage,
  lossMeanings,
  type RecipeOptions,
} from '../../src/convert/index.ts';
import type { FuzzCase } from './fuzz-case.ts';

/** The first broken promise in an output, if there is one. */
export async function findOutputFault(
  { limits, recipe }: FuzzCase,
  image: GrayImage,
): Promise<string | undefined> {
  const { bytes, width, height, frames, losses } = image;
  const pixels = width * height * frames;
  const { maxPixels, maxOutputBytes } = { ...defaultLimits, ...limits };
  const first = firstMismatch([
    ['pixels within the limit', true, pixels <= maxPixels],
    ['bytes within the limit', true, bytes.length <= maxOutputBytes],
    ['losses that have a meaning', true, losses.every((loss) => loss in lossMeanings)],
    ['sides of the source', true, isSizeKept(image, recipe)],
    ['alpha only where it is kept', true, image.channels % 2 === 1 || isAlphaKept(recipe)],
  ]);
  return first ?? (await findFileFault(image));
}

/** Decodes the output with the most widely used decoder. */
async function findFileFault(image: GrayImage): Promise<string | undefined> {
  const { bytes, width, height, depth, format } = image;
  try {
    const decoder = sharp(bytes, { pages: -1, limitInputPixels: false, failOn: 'warning' });
    const metadata = await decoder.metadata();
    const wrong = firstMismatch([
      ['format', format === 'avif' ? 'heif' : format, metadata.format],
      ['width', width, metadata.width],
      ['height', height, metadata.pageHeight ?? metadata.height],
      ['frames', framesOf(image, metadata), metadata.pages ?? 1],
      ['depth', depth === 16 ? 'ushort' : 'uchar', metadata.depth],
      ['channels', channelsOf(image, metadata), metadata.channels],
    ]);
    return wrong ?? (await findColouredPixel(decoder, metadata));
  } catch (error) {
    return `the output cannot be decoded: ${(error as Error).message}`;
  }
}

/**
 * libvips decodes every GIF to RGB or RGBA, and libwebp reports alpha for lossless animations, where it
 * marks pixels that a frame shares with the previous one.
 */
function channelsOf({ format, frames, channels }: GrayImage, metadata: Metadata): number {
  return format === 'gif' || (format === 'webp' && frames > 1) ? metadata.channels : channels;
}

/** libwebp merges equal consecutive frames into one that is shown for longer. */
function framesOf({ format, frames }: GrayImage, { pages = 1 }: Metadata): number {
  return format === 'webp' ? Math.min(frames, pages) : frames;
}

/**
 * A pixel is gray when red, green and blue are equal. Formats that store luma and chroma separately may
 * be off by one; in a lossy AVIF both chroma values may be off by one, which is up to four in blue.
 */
async function findColouredPixel(
  decoder: ReturnType<typeof sharp>,
  { channels, format }: Metadata,
): Promise<string | undefined> {
  const pixels = await decoder.raw().toBuffer();
  if (channels < 3) return undefined;
  const tolerance = format === 'heif' ? 4 : 1;
  for (let i = 0; i + channels <= pixels.length; i += channels) {
    const [red = 0, green = 0, blue = 0] = pixels.subarray(i, i + 3);
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > tolerance) {
      return `pixel ${i / channels} of the output is not gray but ${red}, ${green}, ${blue}`;
    }
  }
  return undefined;
}

/** The decoders of these formats apply the crop of the file. */
const cropping: InputFormat[] = ['heic', 'avif', 'jp2', 'jxl'];

function isSizeKept(
  { width, height, format, source }: GrayImage,
  { orientation, compat, lossless }: RecipeOptions,
) {
  if (cropping.includes(source.format)) return true;
  const isIgnored = orientation === 'ignore' || (compat === 'pillow' && source.format !== 'tiff');
  const isTurned = !isIgnored && (source.orientation ?? 1) >= 5;
  const [across, down] = isTurned ? [source.height, source.width] : [source.width, source.height];
  if (width === across && height === down) return true;
  // Not turned, because its blocks cannot be cut.
  const isStored = width === source.width && height === source.height;
  return isStored && format === 'jpeg' && lossless === true;
}

function isAlphaKept({ alpha = 'keep', compat }: RecipeOptions): boolean {
  return alpha === 'keep' && compat !== 'pillow';
}

function firstMismatch(facts: [what: string, expected: unknown, received: unknown][]) {
  const wrong = facts.find(([, expected, received]) => expected !== received);
  return wrong && `Expected ${wrong[0]} to be ${wrong[1]} but received ${wrong[2]}`;
}
