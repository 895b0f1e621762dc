import type { CheckedImage } from './check-image.ts';
import type { Colourfulness } from './colour/colourfulness.ts';
import { type OutputFormat, outputFormats } from './formats/output-formats.ts';
import type { SourceImage } from './formats/source-file.ts';
import type { ConversionOptions } from './limits.ts';
import type { Loss } from './losses.ts';
import { type OwnBytes, toOwnBytes } from './own-bytes.ts';
import type { ImageInput } from './read-input.ts';
import type { RecipeOptions } from './recipe/recipe.ts';
import { runSteps } from './run-steps.ts';
import type { StageTimes } from './runner.ts';
import { type OpenedImage, openSession } from './session.ts';

/** An opened image that is within the limits and can be converted. */
export interface ImageSession<Image = GrayImage> extends OpenedImage {
  /** Converts the image; can be called once. */
  convert(): Promise<Image>;
}

export interface GrayImage {
  /** The output file. */
  bytes: OwnBytes;
  contentType: string;
  format: OutputFormat;
  /** Width of each frame. */
  width: number;
  height: number;
  /** Frames or pages in the file. */
  frames: number;
  /** Channels of the file: 1 or 2 with alpha, but 3 or 4 in WebP and AVIF, which have no gray. */
  channels: number;
  /** Bits per sample: 1, 2, 4, 8 or 16. */
  depth: number;
  source: SourceImage;
  /** Wall time in milliseconds. Decoding includes reading the header. */
  stages: StageTimes;
  losses: Loss[];
  /** How colourful the source is. Absent if its pixels were not decoded. */
  colourfulness?: Colourfulness;
  /**
   * With the loss `truncated`, the share of the pixels that are missing, above 0 and at most 1, if
   * it is known.
   */
  missingShare?: number;
}

/**
 * Opens an image: reads its header and checks it against the limits. The caller then decides when
 * to convert it, based on the memory estimate. The time in between does not count.
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
 * Throws `ConversionError` if the image cannot be converted, `RecipeError` for an invalid recipe,
 * `RangeError` for an invalid limit, the reason of `signal`, and rethrows unrelated errors, such as running out of memory.
 */
export async function openImage(
  input: ImageInput,
  recipe: RecipeOptions = {},
  options: ConversionOptions = {},
): Promise<ImageSession> {
  const { run, ...opened } = await openSession(input, {
    recipe,
    limits: options,
    work: convertImage,
  });
  return { ...opened, convert: run };
}

async function convertImage(image: CheckedImage, headerMs: number): Promise<GrayImage> {
  const { format, frames, depth } = image.plan;
  const { stages, ...file } = await runSteps(image);
  const { bytes, height } = file;
  return {
    ...file,
    bytes: toOwnBytes(bytes),
    contentType: outputFormats[format].contentType,
    format,
    height: height / frames,
    frames,
    depth,
    source: image.file.image,
    stages: { ...stages, decodeMs: stages.decodeMs + headerMs },
  };
}
