import { startDeadline } from './deadline.ts';
import { decodeTolerant } from './decode/decode-tolerant.ts';
import { type EncodeOptions, encode, takesColours } from './encode/encode.ts';
import type { OutputPlan } from './encode/output-plan.ts';
import { type OutputFormat, outputFormats } from './formats/output-formats.ts';
import type { SourceFile, SourceImage } from './formats/read-header.ts';
import { dropOpaqueAlpha, settleAlpha } from './gray/alpha.ts';
import { narrow, widen } from './gray/depth.ts';
import { isMoved, orient } from './gray/orient.ts';
import { toGray } from './gray/to-gray.ts';
import { type Limits, resolveLimits } from './limits.ts';
import { type Loss, lossesOf } from './losses.ts';
import { openImage } from './open-image.ts';
import type { GrayPixels, PixelImage } from './pixel-image.ts';
import { type RecipeOptions, resolveRecipe } from './recipe/recipe.ts';
import type { Recipe } from './recipe/recipe-options.ts';

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
  const { file, plan } = opened;
  const { format, frames, depth } = plan;
  const encoding = { recipe: resolved, ...plan, timing: file.timing, maxOutputBytes, deadline };
  const { image, losses, decodedAt } = await imageOf(opened, { encoding, maxPixels });
  deadline.check();
  const grayAt = performance.now();
  const { grayMs, ...encoded } = await deadline.step(encode(image, encoding));
  const encodedAt = performance.now();

  return {
    ...encoded,
    contentType: outputFormats[format].contentType,
    format,
    width: image.width,
    height: image.height / frames,
    frames,
    depth,
    source: file.image,
    stages: {
      decodeMs: decodedAt - startedAt,
      grayMs: grayAt - decodedAt + grayMs,
      encodeMs: encodedAt - grayAt - grayMs,
    },
    losses,
  };
}

interface Opened {
  bytes: Uint8Array;
  file: SourceFile;
  plan: OutputPlan;
}

/**
 * What is encoded: gray, or the colours where the encoder makes gray of them. What it is made of is
 * forgotten when this returns, as it may be most of the memory.
 */
async function imageOf(
  { bytes, file, plan }: Opened,
  { encoding, maxPixels }: { encoding: EncodeOptions; maxPixels: number },
): Promise<{ image: PixelImage; losses: Loss[]; decodedAt: number }> {
  const { recipe, frames, deadline } = encoding;
  const { image: decoded, isTruncated } = await deadline.step(
    decodeTolerant(bytes, file, { ...recipe, frames, maxPixels, deadline }),
  );
  const decodedAt = performance.now();
  const losses = lossesOf({ file, plan, alpha: recipe.alpha, decoded, isTruncated });
  const deep = plan.depth === 16 ? widen(decoded) : decoded;
  const settled = settleAlpha(deep, { ...recipe, format: plan.format });
  const turn = isTurned(recipe, file.image) ? file.image.orientation : undefined;
  const isReady = !isMoved(turn) && takesColours(settled, encoding);
  const image = isReady ? settled : await grayOf(settled, { recipe, plan, turn });
  return { image, losses, decodedAt };
}

/**
 * Gray is made of all the bits that there are, and only then turned and rounded, when there is less
 * of it.
 */
async function grayOf(
  settled: PixelImage,
  { recipe, plan, turn }: { recipe: Recipe; plan: OutputPlan; turn: number | undefined },
): Promise<GrayPixels> {
  const gray = dropOpaqueAlpha(await toGray(settled, recipe.method));
  const upright = orient(gray, turn, plan.frames);
  return plan.depth === 8 ? narrow(upright) : upright;
}

/** Pillow turns TIFFs upright, and nothing else. */
function isTurned({ orientation, compat }: Recipe, { format }: SourceImage): boolean {
  return orientation === 'apply' || (compat === 'pillow' && format === 'tiff');
}
