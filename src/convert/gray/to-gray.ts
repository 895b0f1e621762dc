import { luma, mapExtremes, mapToGray } from '../../gray-png/index.ts';
import { type GrayPixels, isGray, maxOf, type PixelImage, samplesLike } from '../pixel-image.ts';
import { type Method, methodFacts } from '../recipe/methods.ts';
import type { ToGray } from './weighted.ts';

/** Converts an image to gray. A non-opaque alpha channel is kept unchanged. */
export async function toGray(image: PixelImage, method: Method): Promise<GrayPixels> {
  const { pixels, channels } = image;
  const { toGray, changesNeutral } = methodFacts(method);
  if (isGray(image)) return changesNeutral ? mapGray(image, toGray(image, maxOf(pixels))) : image;
  if (method === 'rec601' && pixels instanceof Uint8Array) {
    const { waitMs: _, ...gray } = await luma(image);
    return { ...image, ...gray };
  }
  const convert = toGray(image, maxOf(pixels));
  return (await mapByKernel(image, convert)) ?? mapColours(image, channels === 3 ? 1 : 2, convert);
}

/** Below this size, filling the tables takes longer than they save. */
const minPixelsForTables = 2 ** 16;
/** Parts beyond this do not fit into the kernel’s fixed point. */
const maxPart = 20;

/** Undefined if the method or the image is not suited. */
async function mapByKernel(image: PixelImage, toGray: ToGray): Promise<GrayPixels | undefined> {
  const { pixels, width, height, channels } = image;
  if (!(pixels instanceof Uint8Array)) return undefined;
  const colours = { pixels, channels: channels === 3 ? 3 : 4 } as const;
  const gray = toGray.extremes
    ? await mapExtremes(colours, toGray.extremes === 'mean')
    : await mapBySums(colours, toGray);
  return gray && { pixels: gray, width, height, channels: channels === 3 ? 1 : 2 };
}

/** Undefined if the image is too small, or if gray is no sum of parts that fit. */
async function mapBySums(
  colours: { pixels: Uint8Array; channels: 3 | 4 },
  toGray: ToGray,
): Promise<Uint8Array | undefined> {
  const isLarge = colours.pixels.length >= minPixelsForTables * colours.channels;
  const sums = isLarge ? toGray.sums?.() : undefined;
  if (!sums) return undefined;
  const [red, green, blue] = sums.parts;
  if ([red, green, blue].some((part) => part.some((value) => Math.abs(value) > maxPart)))
    return undefined;
  return await mapToGray(
    colours,
    { parts: [[red], [green], [blue]], borders: sums.borders },
    toGray,
  );
}

function mapColours(image: PixelImage, grayChannels: 1 | 2, toGray: ToGray): GrayPixels {
  const { pixels, width, height, channels } = image;
  const gray = samplesLike(pixels, width * height * grayChannels);
  for (let i = 0, j = 0; i < gray.length; i += grayChannels, j += channels) {
    const r = pixels[j] as number;
    const g = pixels[j + 1] as number;
    const b = pixels[j + 2] as number;
    gray[i] = toGray(r, g, b);
    if (grayChannels === 2) gray[i + 1] = pixels[j + 3] as number;
  }
  return { pixels: gray, width, height, channels: grayChannels };
}

function mapGray({ pixels, ...image }: GrayPixels, toGray: ToGray): GrayPixels {
  const gray = pixels.slice();
  for (let i = 0; i < gray.length; i += image.channels) {
    const value = pixels[i] as number;
    gray[i] = toGray(value, value, value);
  }
  return { ...image, pixels: gray };
}
