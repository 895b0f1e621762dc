import sharp from 'sharp';
import { isOwnFormat } from '../decode/own-decoders.ts';
import { type FormatFacts, type OutputFormat, outputFormats } from '../formats/output-formats.ts';
import type { SourceFile } from '../formats/read-header.ts';
import type { Recipe } from '../recipe/recipe-options.ts';

/** What a recipe comes to for one source. */
export interface OutputPlan {
  format: OutputFormat;
  depth: 8 | 16;
  /** How many are converted, from the first on. */
  frames: number;
}

/** Reads no pixels. */
export async function planOutput(
  bytes: Uint8Array,
  file: SourceFile,
  recipe: Recipe,
): Promise<OutputPlan> {
  const format = recipe.format === 'source' ? sameFormat(file) : recipe.format;
  const { hasFrames, maxDepth }: FormatFacts = outputFormats[format];
  const depth = { 8: 8, 16: 16, source: file.isDeep ? 16 : 8 }[recipe.depth];
  const takesAll = recipe.frames === 'all' && hasFrames && file.image.pages > 1;
  return {
    format,
    depth: depth === 16 && maxDepth === 16 ? 16 : 8,
    frames: takesAll && (await areAlike(bytes, file)) ? file.image.pages : 1,
  };
}

function sameFormat({ image }: SourceFile): OutputFormat {
  return isWritten(image.format) ? image.format : 'png';
}

/** Whether this program can write a format. */
export function isWritten(format: string): format is OutputFormat {
  return format in outputFormats;
}

/**
 * A TIFF’s pages may differ in size and kind; then libvips reads, and writes, but one at a time. Of a
 * PNG, libvips reads the first picture alone, and so do our own decoders.
 */
async function areAlike(bytes: Uint8Array, { image }: SourceFile): Promise<boolean> {
  if (isOwnFormat(image.format) || image.format === 'png') return false;
  if (image.format !== 'tiff') return true;
  try {
    await sharp(bytes, {
      pages: -1,
      limitInputPixels: false,
      limitInputChannels: false,
    }).metadata();
    return true;
  } catch {
    return false;
  }
}
