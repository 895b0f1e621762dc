import type { InputFormat } from '../formats/input-formats.ts';
import type { SourceFile, SourceImage } from '../formats/source-file.ts';
import { magickFormats, usualBytes } from './magick/magick-coders.ts';

/**
 * Bytes per pixel that a decoder allocates in addition to its output. Measured on 12 megapixels as
 * the growth of the process (libvips 8.18, Linux x64), rounded up.
 */
const decoderBytes: Record<InputFormat, (source: SourceImage) => number> = {
  // Several scans require the coefficients of the whole image, two bytes each: in libjpeg, and in
  // our own reader, whose memory may not be free yet when libjpeg decodes.
  jpeg: ({ isProgressive, channels }) => (isProgressive ? 4 * channels + 1 : 0),
  png: (source) => (source.isProgressive ? storedBytes(source) : 0),
  webp: () => 8,
  gif: () => 5,
  // A single strip can hold the whole image.
  tiff: storedBytes,
  avif: ({ depth }) => (depth > 8 ? 24 : 17),
  // WebAssembly: docs/adr/0006-decoders-from-npm.md.
  heic: ({ depth, hasAlpha }) => (depth > 8 || hasAlpha ? 33 : 12),
  jxl: ({ depth, hasAlpha }) => (depth > 8 ? 77 : hasAlpha ? 46 : 35),
  jp2: () => 30,
  // The rows that colour conversion still needs.
  psd: storedBytes,
  qoi: () => 0,
  bmp: () => 4,
  ico: () => 4,
  pnm: () => 0,
  svg: () => 4,
  tga: () => 4,
  raw: magickBytes,
  sgi: magickBytes,
  pcx: magickBytes,
  sun: magickBytes,
  xbm: magickBytes,
  xpm: magickBytes,
  dds: magickBytes,
  pcd: magickBytes,
};

/** The same for a file, by the decoder of its variant. */
export function decoderBytesOf({ decoder, image }: SourceFile): number {
  return decoder === 'magick' ? magickBytes(image) : decoderBytes[image.format](image);
}

/** ImageMagick: docs/adr/0006-decoders-from-npm.md. */
function magickBytes({ format }: SourceImage): number {
  return format === 'raw' ? magickFormats.raw.bytesPerPixel : usualBytes;
}

/** Bytes per pixel of a repair: the rows of a truncated PNG, and the file made from them. */
export function repairBytes(source: SourceImage): number {
  return source.format === 'png' ? 3 * storedBytes(source) : 0;
}

/** Bytes per pixel as stored in the file. */
export function storedBytes({ channels, depth }: SourceImage): number {
  return channels * Math.ceil(depth / 8);
}
