import type { InputFormat } from './input-formats.ts';
import type { OutputFormat } from './output-formats.ts';
import type { SourceImage } from './read-header.ts';

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
};

/** The same for encoders, the output included. */
const encoderBytes: Record<OutputFormat, (channels: number) => number> = {
  png: (channels) => 1.5 * channels,
  jpeg: () => 1,
  webp: (channels) => (channels === 1 ? 17 : 31),
};

/** Upper estimate of what converting an image allocates, besides the source’s own bytes. */
export function estimateMemoryBytes(source: SourceImage, output: OutputFormat): number {
  const { width, height, hasAlpha, orientation = 1 } = source;
  const grayChannels = hasAlpha ? 2 : 1;
  const bytesPerPixel =
    decoderBytes[source.format](source) +
    // To turn an image, libvips holds all of it.
    (orientation > 1 ? storedBytes(source) : 0) +
    (hasAlpha ? 4 : 3) +
    grayChannels +
    // Gray without its alpha, where that turns out opaque or is flattened.
    (hasAlpha ? 1 : 0) +
    encoderBytes[output](grayChannels);
  return Math.ceil(fixedBytes + width * height * bytesPerPixel);
}

function storedBytes({ channels, depth }: SourceImage): number {
  return channels * Math.ceil(depth / 8);
}
