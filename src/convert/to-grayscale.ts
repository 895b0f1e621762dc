import { dropOpaqueAlpha, settleAlpha } from './alpha.ts';
import { startDeadline } from './deadline.ts';
import { decodeTolerant } from './decode-tolerant.ts';
import { narrow, widen } from './depth.ts';
import { encode } from './encode.ts';
import { openImage } from './inspect-image.ts';
import { type Limits, resolveLimits } from './limits.ts';
import { type Loss, lossesOf } from './losses.ts';
import { orient } from './orient.ts';
import { type OutputFormat, outputFormats } from './output-formats.ts';
import type { OutputPlan } from './output-plan.ts';
import type { GrayPixels, PixelImage } from './pixel-image.ts';
import type { SourceImage } from './read-header.ts';
import { type RecipeOptions, resolveRecipe } from './recipe.ts';
import type { Recipe } from './recipe-options.ts';
import { toGray } from './to-gray.ts';

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
  /** Wall time. */
  stages: { decodeMs: number; grayMs: number; encodeMs: number };
  losses: Loss[];
}

/**
 * Converts an image to gray. The same bytes and recipe always give the same bytes.
 *
 * ```ts
 * const { bytes, contentType } = await toGrayscale(await readFile('photo.jpg'));
 * const small = await toGrayscale(upload, { format: 'jpeg', quality: 60 }, { maxPixels: 2e7 });
 * ```
 *
 * Throws `ConversionError` for what cannot be converted, `RecipeError` for a wrong recipe, and
 * passes on what is neither the image’s fault nor the recipe’s, such as memory that ran out.
 */
export async function toGrayscale(
  bytes: Uint8Array,
  recipe: RecipeOptions = {},
  limits: Partial<Limits> = {},
): Promise<GrayImage> {
  const resolved = resolveRecipe(recipe);
  const resolvedLimits = resolveLimits(limits);

  const { maxPixels, maxOutputBytes, timeoutMs } = resolvedLimits;
  const deadline = startDeadline(timeoutMs);

  const startedAt = performance.now();
  const opened = await deadline.step(openImage(bytes, resolvedLimits, resolved));
  const { bytes: content, file, plan } = opened;
  const { format, frames, depth } = plan;
  const { image: decoded, isTruncated } = await deadline.step(
    decodeTolerant(content, file, { ...resolved, frames, maxPixels, deadline }),
  );
  const decodedAt = performance.now();
  const gray = grayOf(decoded, { recipe: resolved, plan, source: file.image });
  deadline.check();
  const grayAt = performance.now();
  const encoded = await deadline.step(
    encode(gray, {
      ...{ recipe: resolved, format, frames, timing: file.timing },
      ...{ maxOutputBytes, deadline },
    }),
  );
  const encodedAt = performance.now();

  return {
    ...encoded,
    contentType: outputFormats[format].contentType,
    format,
    width: gray.width,
    height: gray.height / frames,
    frames,
    depth,
    source: file.image,
    stages: {
      decodeMs: decodedAt - startedAt,
      grayMs: grayAt - decodedAt,
      encodeMs: encodedAt - grayAt,
    },
    losses: lossesOf({ file, plan, alpha: resolved.alpha, decoded, isTruncated }),
  };
}

interface GrayOptions {
  recipe: Recipe;
  plan: OutputPlan;
  source: SourceImage;
}

/**
 * The steps from colours to what is encoded. Gray is made of all the bits that there are, and only
 * then turned and rounded, when there is less of it.
 */
function grayOf(decoded: PixelImage, { recipe, plan, source }: GrayOptions): GrayPixels {
  const { format, depth, frames } = plan;
  const deep = depth === 16 ? widen(decoded) : decoded;
  const settled = settleAlpha(deep, { ...recipe, format });
  const gray = dropOpaqueAlpha(toGray(settled, recipe.method));
  const upright = isTurned(recipe, source) ? orient(gray, source.orientation, frames) : gray;
  return depth === 8 ? narrow(upright) : upright;
}

/** Pillow turns TIFFs upright, and nothing else. */
function isTurned({ orientation, compat }: Recipe, { format }: SourceImage): boolean {
  return orientation === 'apply' || (compat === 'pillow' && format === 'tiff');
}
