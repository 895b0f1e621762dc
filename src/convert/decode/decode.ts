import type { CheckedImage } from '../check-image.ts';
import type { Cicp } from '../colour/cicp.ts';
import type { SourceFile } from '../formats/source-file.ts';
import type { PixelImage } from '../pixel-image.ts';
import { decodeBySharp, type SharpOptions } from './decode-by-sharp.ts';
import { loadDecoder, type OwnDecoder } from './own-decoders.ts';
import { matchPillow } from './pillow.ts';
import { expandLimited } from './sample-range.ts';
import { decodeTiff } from './tiff/decode-tiff.ts';
import type { WasmPixels } from './wasm/wasm-decoder.ts';

/** Pixels in the colour space of the file. */
export interface StoredPixels extends PixelImage {
  /** The colour profile, for formats that reveal it only after decoding. */
  icc?: Uint8Array;
  /** The same for colours as numbers. */
  cicp?: Cicp;
}

/**
 * Decodes to gray, RGB, RGBA or CMYK as stored, at 8 or 16 bits per sample. Throws
 * `ConversionError`.
 */
export async function decode(
  image: CheckedImage,
  options: SharpOptions = {},
): Promise<StoredPixels> {
  const { file, recipe, bytes } = image;
  const { format } = file.image;
  const stored = file.decoder
    ? await decodeOwn(image, file.decoder)
    : format === 'tiff' && !options.failOn
      ? await decodeTiff(image)
      : await decodeBySharp(image, options);
  if (format === 'avif') expandAvif(stored, file);
  if (recipe.compat === 'pillow') return matchPillow(stored, file, bytes);
  return stored;
}

/** Returns upright pixels. */
async function decodeOwn(
  { bytes, deadline }: CheckedImage,
  decoder: OwnDecoder,
): Promise<WasmPixels> {
  return await (await loadDecoder(decoder)).decode(bytes, deadline);
}

/** Makes black and white the extremes of the samples, in place. */
function expandAvif({ pixels, channels }: PixelImage, { image, isLimitedGray }: SourceFile): void {
  const { depth } = image;
  if (pixels instanceof Uint16Array) undoShift(pixels, depth);
  if (isLimitedGray) expandLimited(pixels, { depth, channels });
}

/** libvips expands 10 or 12 bits to 16 by shifting, so white falls just short of the maximum. */
function undoShift(pixels: Uint16Array, depth: number): void {
  const white = (2 ** depth - 1) * 2 ** (16 - depth);
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = Math.min(65_535, Math.round(((pixels[i] as number) * 65_535) / white));
  }
}
