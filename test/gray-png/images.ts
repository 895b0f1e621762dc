import { mulberry32 } from '../../src/convert/gray/mulberry32.ts';
import type { PngSource } from '../../src/gray-png/pixel-kinds.ts';

export interface ImageSize {
  width: number;
  height: number;
  channels: PngSource['channels'];
  depth: 8 | 16;
}

/** Samples of an image, 0 to 255, by row, column and channel. */
type Paint = (x: number, y: number, channel: number) => number;

/** Kinds of image content, each generated from a seed. */
export const contents: Record<string, (seed: number) => Paint> = {
  black: () => () => 0,
  flat: (seed) => () => seed & 255,
  noise: (seed) => {
    const random = mulberry32(seed);
    return () => random() * 256;
  },
  'two values': (seed) => {
    const random = mulberry32(seed);
    return () => (random() < 0.5 ? 0 : 255);
  },
  gradient: (seed) => (x, y, channel) => (x * (1 + (seed % 3)) + y * 2 + channel * 40) / 4,
  steep: (seed) => (x, y) => x * 37 + y * (seed % 251),
  photo: (seed) => {
    const random = mulberry32(seed);
    return (x, y, channel) =>
      128 + 90 * Math.sin(x / 31 + y / 47 + channel) + 14 * (random() - random());
  },
  stripes: (seed) => (x) => ((x >> (seed % 4)) & 1) * 255,
  glyphs: (seed) => (x, y) =>
    y % 16 < 11 && ((0x5a3c96e1 * ((x >> 3) % 7) + seed) >>> ((x & 7) + (y % 16))) & 1 ? 20 : 250,
  // Runs of every length, across rows.
  runs: (seed) => (x, y) => Math.floor(Math.sqrt((x + y * 97 + (seed % 50)) * 8)) * 29,
};

/** An image; its alpha is opaque, except for the pixels that `isClear` selects. */
export function drawImage(
  content: string,
  { width, height, channels, depth }: ImageSize,
  { seed = 1, isClear = () => false }: DrawOptions = {},
): PngSource {
  const paint = (contents[content] as (seed: number) => Paint)(seed);
  const length = width * height * channels;
  const pixels = depth === 8 ? new Uint8Array(length) : new Uint16Array(length);
  const white = depth === 8 ? 255 : 65_535;
  for (let i = 0; i < length; i++) {
    const [pixel, channel] = [Math.floor(i / channels), i % channels];
    const isAlpha = channels % 2 === 0 && channel === channels - 1;
    const value = paint(pixel % width, Math.floor(pixel / width), channel);
    if (isAlpha) pixels[i] = isClear(pixel) ? seed % 255 : white;
    else pixels[i] = depth === 8 ? value : value * 257 + (pixel % 200);
  }
  const isDeepColour = channels > 2 && depth === 16;
  return { pixels, width, height, channels, ...(isDeepColour && { depth: 8 }) };
}

interface DrawOptions {
  seed?: number;
  isClear?: (pixel: number) => boolean;
}
