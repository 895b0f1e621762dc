import type { Copyright } from '../copyright/copyright.ts';
import { asRgbTiff } from '../decode/cielab-tiff.ts';
import { ConversionError } from '../errors.ts';
import { type FormatFacts, type OutputFormat, outputFormats } from '../formats/output-formats.ts';
import type { SourceFile } from '../formats/source-file.ts';
import { isQuarterTurn, orientationToApply } from '../gray/orient.ts';
import { loadSharp } from '../load-sharp.ts';
import type { Recipe } from '../recipe/recipe-options.ts';
import { type Resolution, turned } from '../resolution/resolution.ts';
import { holdsResolution } from '../resolution/write-resolution.ts';
import { type LumaPlan, planLuma } from './luma-plan.ts';

/** Bits per sample of an output. */
export type OutputDepth = 1 | 2 | 4 | 8 | 16;

/** The output that a recipe produces for one source. */
export interface OutputPlan {
  format: OutputFormat;
  depth: OutputDepth;
  /** The number of frames to convert, starting with the first. */
  frames: number;
  /** As the output is turned; absent if the source has none, or the format cannot hold it. */
  resolution?: Resolution;
  /** The luma of the source is kept without loss. */
  luma?: LumaPlan;
  /** Absent if the format cannot hold it, too. */
  copyright?: Copyright;
}

/** Decides the format, depth and number of frames. Reads no pixels. */
export async function planOutput(
  bytes: Uint8Array,
  file: SourceFile,
  recipe: Recipe,
): Promise<OutputPlan> {
  const format = recipe.format === 'source' ? sourceFormat(file) : recipe.format;
  const luma = recipe.lossless && format === 'jpeg' ? planLuma(bytes, file, recipe) : undefined;
  const { hasFrames, hasCopyright }: FormatFacts = outputFormats[format];
  const resolution = outputResolution(file, recipe, luma);
  const convertsAll = recipe.frames === 'all' && hasFrames && file.image.pages > 1;
  return {
    format,
    depth: depthFor(format, file, recipe),
    frames: convertsAll && (await canReadTogether(bytes, file)) ? file.image.pages : 1,
    ...(resolution && holdsResolution(format, resolution) && { resolution }),
    ...(luma && { luma }),
    ...(file.copyright && hasCopyright && { copyright: file.copyright }),
  };
}

function depthFor(format: OutputFormat, { isDeep }: SourceFile, { depth }: Recipe): OutputDepth {
  const { maxDepth, hasFewGrays, name } = outputFormats[format];
  const wanted = depth === 'source' ? (isDeep ? 16 : 8) : (Number(depth) as OutputDepth);
  if (wanted >= 8 || hasFewGrays) return wanted === 16 ? maxDepth : wanted;
  throw new ConversionError(
    'UNSUPPORTED_DEPTH',
    `Expected png or tiff as the output format for depth (GRAY_DEPTH) ${depth} but format source is ${name} here. Choose png or tiff, or depth 8.`,
  );
}

function outputResolution(
  file: SourceFile,
  recipe: Recipe,
  luma: LumaPlan | undefined,
): Resolution | undefined {
  const { resolution } = file;
  const isKept = luma?.orientation !== undefined;
  const isTurned = !isKept && isQuarterTurn(orientationToApply({ file, recipe }));
  return resolution && isTurned ? turned(resolution) : resolution;
}

function sourceFormat({ image }: SourceFile): OutputFormat {
  return isOutputFormat(image.format) ? image.format : 'png';
}

/** Whether this program can write a format. */
export function isOutputFormat(format: string): format is OutputFormat {
  return format in outputFormats;
}

/**
 * Whether all pages can be read together. If a TIFF’s pages differ in size or kind, libvips reads
 * and writes only one at a time. libvips and the built-in decoders read only the first image of a
 * PNG, AVIF or other format.
 */
async function canReadTogether(
  bytes: Uint8Array,
  { image, samples, decoder }: SourceFile,
): Promise<boolean> {
  if (decoder || ['png', 'avif'].includes(image.format)) return false;
  if (image.format !== 'tiff') return true;
  const sharp = await loadSharp();
  try {
    await sharp(samples === 'lab' ? asRgbTiff(bytes) : bytes, {
      pages: -1,
      limitInputPixels: false,
      limitInputChannels: false,
    }).metadata();
    return true;
  } catch {
    return false;
  }
}
