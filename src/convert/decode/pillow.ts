import { firstGifBackground } from '../formats/gif-blocks.ts';
import type { SourceFile } from '../formats/source-file.ts';
import { isWhiteZeroTiff } from '../formats/tiff-layout.ts';
import type { PixelImage } from '../pixel-image.ts';

const pngGray = 0;

/** Adjusts samples to match Pillow 9 to 12 where libvips differs. */
export function matchPillow(image: PixelImage, file: SourceFile, bytes: Uint8Array): PixelImage {
  if (file.image.format === 'gif') return withGifBackground(image, bytes);
  if (!(image.pixels instanceof Uint16Array)) return image;
  return isClipped(file, bytes) ? clipped(image, isWhiteZero(file, bytes)) : upperBytes(image);
}

/** Pillow’s modes I and I;16, whose `convert('L')` turns all values above 255 white (`I16L_L`). */
function isClipped({ samples, image }: SourceFile, bytes: Uint8Array): boolean {
  const isPngGray = image.format === 'png' && bytes[25] === pngGray;
  return samples === 'gray' && (isPngGray || !image.hasAlpha);
}

/** In these modes, Pillow does not invert images in which 0 is white. */
function isWhiteZero({ image }: SourceFile, bytes: Uint8Array): boolean {
  return image.format === 'tiff' && isWhiteZeroTiff(bytes);
}

function clipped(image: PixelImage, isWhiteZero: boolean): PixelImage {
  const pixels = Uint8Array.from(image.pixels, (value) =>
    Math.min(255, isWhiteZero ? 65_535 - value : value),
  );
  return { ...image, pixels };
}

/** For all other 16-bit samples, Pillow reads the upper eight bits (`RGB;16B` and similar). */
function upperBytes(image: PixelImage): PixelImage {
  return { ...image, pixels: Uint8Array.from(image.pixels, (value) => value >> 8) };
}

/** Transparent pixels of a GIF have a colour in Pillow; libvips makes them black. */
function withGifBackground(image: PixelImage, bytes: Uint8Array): PixelImage {
  const colour = firstGifBackground(bytes);
  if (image.channels !== 4 || !colour) return image;
  const pixels = image.pixels.slice();
  for (let at = 0; at < pixels.length; at += 4) {
    if (pixels[at + 3] === 0) pixels.set(colour, at);
  }
  return { ...image, pixels };
}
