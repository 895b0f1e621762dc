import type { CheckedImage } from './check-image.ts';
import { type OutputFormat, outputFormats } from './formats/output-formats.ts';
import type { SourceImage } from './formats/read-header.ts';
import type { Limits } from './limits.ts';
import type { Loss } from './losses.ts';
import type { RecipeOptions } from './recipe/recipe.ts';
import { runSteps, type StageTimes } from './run-steps.ts';
import { type OpenedImage, openSession } from './session.ts';

/** An image that is within the limits, before and while it is converted. */
export interface ImageSession<Image = GrayImage> extends OpenedImage {
  /** Converts the image, once. */
  convert(): Promise<Image>;
}

export interface GrayImage {
  bytes: Uint8Array;
  contentType: string;
  format: OutputFormat;
  /** Of each frame. */
  width: number;
  height: number;
  /** Frames or pages in the file. */
  frames: number;
  /** Of the file: 1 or 2 with alpha, but 3 or 4 in WebP and AVIF, which have no gray. */
  channels: number;
  /** Bits a sample: 8 or 16. */
  depth: number;
  source: SourceImage;
  /** Wall time. Reading the header is part of decoding. */
  stages: StageTimes;
  losses: Loss[];
}

/**
 * Opens an image: reads its header and checks it against the limits. The caller then decides when
 * to convert it, knowing how much memory that takes; the time in between does not count.
 *
 * ```ts
 * const image = await openImage(bytes, { format: 'webp' }, { maxPixels: 2e7 });
 * try {
 *   return await image.convert();
 * } finally {
 *   image.close();
 * }
 * ```
 *
 * Throws `ConversionError` for what cannot be converted, `RecipeError` for a wrong recipe,
 * `RangeError` for a wrong limit, and passes on what is no fault of theirs, such as memory that ran
 * out.
 */
export async function openImage(
  bytes: Uint8Array,
  recipe: RecipeOptions = {},
  limits: Partial<Limits> = {},
): Promise<ImageSession> {
  const { run, ...opened } = await openSession(bytes, { recipe, limits, work: convertImage });
  return { ...opened, convert: run };
}

async function convertImage(image: CheckedImage, headerMs: number): Promise<GrayImage> {
  const { format, frames, depth } = image.plan;
  const { bytes, channels, width, height, losses, stages } = await runSteps(image);
  return {
    bytes,
    channels,
    contentType: outputFormats[format].contentType,
    format,
    width,
    height: height / frames,
    frames,
    depth,
    source: image.file.image,
    stages: { ...stages, decodeMs: stages.decodeMs + headerMs },
    losses,
  };
}
