import { spawnSync } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';
import { detectInputFormat } from '../../src/convert/formats/input-formats.ts';
import type { GrayImage } from '../../src/convert/index.ts';
import { type PlainComponent, readPlainJpeg } from '../../testing/plain-jpeg.ts';
import { type ParsedPng, parsePng } from '../../testing/png.ts';
import type { FuzzCase } from './fuzz-case.ts';

/**
 * Where an independent strict decoder is at hand: how an image that was converted without the loss
 * `truncated` differs from what that decoder makes of the source, if it does.
 */
export function findPixelFault({ bytes, recipe }: FuzzCase, image: GrayImage): string | undefined {
  const format = detectInputFormat(bytes);
  if (image.losses.includes('truncated') || format !== image.source.format) return undefined;
  if (format === 'jpeg') {
    const isLossless = recipe.lossless === true && image.format === 'jpeg';
    return (
      findJpegFault(bytes, isLossless) ?? (isLossless ? findLumaFault(bytes, image) : undefined)
    );
  }
  return format === 'png' && isPlain(recipe) ? findPngFault(bytes, image) : undefined;
}

/** Only limits and default options, so that the output is Rec. 601 gray of the stored samples. */
function isPlain(recipe: FuzzCase['recipe']): boolean {
  return Object.values(recipe).every((value) => value === undefined);
}

/** Chunks that change colours or turn the image. */
const colourChunks = ['iCCP', 'gAMA', 'cHRM', 'cICP', 'tRNS', 'eXIf', 'zTXt'];

/** Compares with the tests’ own decoder, which verifies all checksums: 8 bits, not interlaced. */
function findPngFault(bytes: Uint8Array, image: GrayImage): string | undefined {
  let source: ParsedPng;
  try {
    source = parsePng(bytes);
  } catch (error) {
    return describeDamage(error as Error & { code?: string });
  }
  if (source.chunkTypes.some((type) => colourChunks.includes(type))) return undefined;
  const expected = grayOf(source);
  const { pixels } = parsePng(image.bytes);
  const at = expected?.findIndex((gray, i) => gray !== pixels[i]) ?? -1;
  if (at < 0 || !expected) return undefined;
  return `pixel ${at} is ${pixels[at]}, but the source has ${expected[at]}`;
}

/** Undefined for a variant that the decoder does not read, and for damage of other chunks. */
function describeDamage({ message, code }: Error & { code?: string }): string | undefined {
  const isDamage = /checksum of (IHDR|PLTE|IDAT)/.test(message) || code?.startsWith('Z_');
  return isDamage ? `it was converted without a loss, but zlib says: ${message}` : undefined;
}

/** Rec. 601 as Pillow computes it. */
function grayOf({ colourType, pixels }: ParsedPng): number[] | undefined {
  if (colourType === 'gray') return [...pixels];
  if (colourType !== 'rgb') return undefined;
  return Array.from({ length: pixels.length / 3 }, (_, i) => {
    const [red = 0, green = 0, blue = 0] = pixels.subarray(i * 3, i * 3 + 3);
    return (19_595 * red + 38_470 * green + 7_471 * blue + 32_768) >>> 16;
  });
}

/**
 * What libjpeg-turbo’s program says of missing pixels. It is optional on a machine. “Bad Huffman code”
 * is not among it: the fast decoder of the library takes such codes for zeros without a warning, and
 * docs/semantics.md says so. Without loss, this program reads all data itself.
 */
const missingPixels = /premature end of data segment|found marker .* instead of/;
const damagedData = new RegExp(`${missingPixels.source}|bad Huffman code`);

function findJpegFault(bytes: Uint8Array, isLossless: boolean): string | undefined {
  const { stderr } = spawnSync('djpeg', ['-grayscale', '-outfile', '/dev/null'], { input: bytes });
  const reported = isLossless ? damagedData : missingPixels;
  const message = reported.exec(String(stderr ?? ''))?.[0];
  return message && `it was converted without a loss, but djpeg says: ${message}`;
}

/** Compares the coefficients of the luma, unless they have been turned, with the tests’ own reader. */
function findLumaFault(
  bytes: Uint8Array,
  { bytes: output, source }: GrayImage,
): string | undefined {
  const kept = readPlainJpeg(output).components;
  if (kept.length !== 1) return `the lossless output has ${kept.length} components`;
  if ((source.orientation ?? 1) > 1) return undefined;
  let luma: PlainComponent | undefined;
  try {
    [luma] = readPlainJpeg(bytes).components;
  } catch {
    // It reads only regular files.
    return undefined;
  }
  const isEqual =
    isDeepStrictEqual(kept[0]?.blocks, luma?.blocks) &&
    isDeepStrictEqual(kept[0]?.quantizer, luma?.quantizer);
  return isEqual ? undefined : 'the lossless output has other coefficients than the source';
}
