import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { mulberry32 } from '../src/convert/gray/mulberry32.ts';
import { buildPng } from './png.ts';

// Builds images from a seed: equal arguments give equal pixels, so no files need to be stored.

interface ImageOptions {
  width?: number;
  height?: number;
  seed?: number;
}

/** RGB pixels with features of photographs: smooth gradients, edges and noise. */
export function photoLikePixels({ width = 64, height = 48, seed = 1 }: ImageOptions = {}): Buffer {
  const random = mulberry32(seed);
  const waves = Array.from(
    { length: 3 },
    () => [random() / 9, random() / 7, random() * 6] as const,
  );
  const edge = width * (0.3 + random() * 0.4);
  const pixels = Buffer.alloc(width * height * 3);
  for (let i = 0; i < pixels.length; i++) {
    const x = Math.floor(i / 3) % width;
    const y = Math.floor(i / 3 / width);
    const [across, down, phase] = waves[i % 3] ?? [0, 0, 0];
    const smooth = 128 + 80 * Math.sin(x * across + y * down + phase);
    const shade = x + y / 3 > edge ? 40 : 0;
    pixels[i] = Math.max(0, Math.min(255, smooth - shade + (random() - 0.5) * 24));
  }
  return pixels;
}

/** The same pixels as a sharp image, for the formats that are not built by hand. */
export function photoLike({ width = 64, height = 48, seed = 1 }: ImageOptions = {}): Sharp {
  return sharp(photoLikePixels({ width, height, seed }), { raw: { width, height, channels: 3 } });
}

export function photoLikeJpeg(options: ImageOptions & { progressive?: boolean } = {}) {
  return photoLike(options)
    .jpeg({ quality: 85, progressive: options.progressive ?? false })
    .toBuffer();
}

export function photoLikePng(options: ImageOptions = {}): Buffer {
  const { width = 64, height = 48 } = options;
  return rgbPng({ width, height, rows: photoLikePixels(options) });
}

export function photoLikeWebp(options: ImageOptions & { lossless?: boolean } = {}) {
  return photoLike(options)
    .webp({ lossless: options.lossless ?? false })
    .toBuffer();
}

export function photoLikeGif(options: ImageOptions = {}) {
  return photoLike(options).gif().toBuffer();
}

export function photoLikeTiff(
  options: ImageOptions & { compression?: 'none' | 'lzw' | 'deflate' | 'jpeg' } = {},
) {
  return photoLike(options)
    .tiff({ compression: options.compression ?? 'lzw' })
    .toBuffer();
}

export function photoLikeAvif(options: ImageOptions & { lossless?: boolean } = {}) {
  return photoLike(options)
    .avif({ effort: 0, lossless: options.lossless ?? false })
    .toBuffer();
}

interface Rows {
  width: number;
  height: number;
  rows: Uint8Array;
}

export function rgbPng(image: Rows): Buffer {
  return buildPng({ ...image, colourType: 'rgb' });
}

export function rgbaPng(image: Rows): Buffer {
  return buildPng({ ...image, colourType: 'rgba' });
}

export function grayPng(image: Rows & { depth?: number }): Buffer {
  return buildPng({ ...image, colourType: 'gray' });
}

export function grayAlphaPng(image: Rows): Buffer {
  return buildPng({ ...image, colourType: 'grayAlpha' });
}

/** One pixel of one colour. */
export function pixelPng(red: number, green: number, blue: number): Buffer {
  return rgbPng({ width: 1, height: 1, rows: Uint8Array.of(red, green, blue) });
}

/** Indices of `depth` bits into a palette; `alphas` are the alphas of its first colours (tRNS). */
export function palettePng({
  palette,
  alphas,
  ...image
}: Rows & { depth?: number; palette: number[][]; alphas?: number[] }): Buffer {
  return buildPng({
    ...image,
    colourType: 'palette',
    chunks: [
      ['PLTE', Uint8Array.from(palette.flat())],
      ...(alphas ? [['tRNS', Uint8Array.from(alphas)] as [string, Uint8Array]] : []),
    ],
  });
}

/** RGB with 16 bits per sample. */
export function deepPng({
  width,
  height,
  samples,
}: {
  width: number;
  height: number;
  samples: number[];
}) {
  const rows = Buffer.alloc(samples.length * 2);
  samples.forEach((sample, i) => {
    rows.writeUInt16BE(sample, i * 2);
  });
  return buildPng({ width, height, depth: 16, colourType: 'rgb', rows });
}

/** A small file that declares a huge image, like a decompression bomb. */
export function hugePngHeader(width: number, height: number): Buffer {
  return buildPng({ width, height, colourType: 'rgb', rows: Buffer.alloc(0) });
}

/** A photograph with an EXIF orientation from 1 to 8. */
export function orientedJpeg(orientation: number, options: ImageOptions = {}) {
  return photoLike(options).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer();
}

export function orientedPng(orientation: number, options: ImageOptions = {}) {
  return photoLike(options).withMetadata({ orientation }).png().toBuffer();
}

/** A CMYK image as print shops send it, inverted as Adobe does. */
export function cmykJpeg(options: ImageOptions = {}) {
  return photoLike(options).toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer();
}

/** A photograph with an embedded profile, Display P3, that changes the colours when applied. */
export async function profiledPng(options: ImageOptions = {}): Promise<Buffer> {
  const { width = 64, height = 48 } = options;
  const p3 = await sharp(await photoLike().withIccProfile('p3').png().toBuffer()).metadata();
  const profile = Buffer.concat([Buffer.from('P3\0\0'), deflateSync(p3.icc ?? Buffer.alloc(0))]);
  const rows = photoLikePixels(options);
  return buildPng({ width, height, colourType: 'rgb', rows, chunks: [['iCCP', profile]] });
}

interface FrameOptions extends ImageOptions {
  frames?: number;
}

/** Frames with the seeds `seed`, `seed + 1` and so on, one below the other. */
function photoLikeFrames({ width = 32, height = 24, seed = 1, frames = 3 }: FrameOptions): Sharp {
  const strip = Array.from({ length: frames }, (_, i) =>
    photoLikePixels({ width, height, seed: seed + i }),
  );
  const raw = { width, height: height * frames, channels: 3 as const, pageHeight: height };
  return sharp(Buffer.concat(strip), { raw });
}

export function animatedGif(options: FrameOptions = {}) {
  return photoLikeFrames(options).gif().toBuffer();
}

export function animatedWebp(options: FrameOptions = {}) {
  return photoLikeFrames(options).webp({ lossless: true }).toBuffer();
}

export function multiPageTiff(options: FrameOptions = {}) {
  return photoLikeFrames(options).tiff({ compression: 'lzw' }).toBuffer();
}

/** 32-bit floating point gray without defined values for black and white. */
export function floatTiff(options: ImageOptions = {}) {
  return photoLike(options)
    .toColourspace('b-w')
    .tiff({ compression: 'deflate', predictor: 'float' })
    .toBuffer();
}

/** The first `share` of the bytes, as a truncated upload has them. */
export function truncate(bytes: Uint8Array, share: number): Uint8Array {
  return bytes.subarray(0, Math.floor(bytes.length * share));
}

/** The bytes with one bit changed. */
export function flipBit(bytes: Uint8Array, position: number): Uint8Array {
  const flipped = Uint8Array.from(bytes);
  const at = position % (bytes.length * 8);
  flipped[at >> 3] = (flipped[at >> 3] ?? 0) ^ (1 << (at & 7));
  return flipped;
}
