import { dropOpaqueAlpha, flatten, hasTransparency } from './alpha.ts';
import { decode } from './decode.ts';
import { encode } from './encode.ts';
import { inspectImage } from './inspect-image.ts';
import { type Limits, resolveLimits } from './limits.ts';
import { type OutputFormat, outputFormats } from './output-formats.ts';
import type { SourceImage } from './read-header.ts';
import { type RecipeOptions, resolveRecipe } from './recipe.ts';
import { toGray } from './to-gray.ts';

/**
 * What of the source is not in the output, its colours aside: transparency, which became white;
 * bits below the upper eight of a sample; frames or pages after the first.
 */
export type Loss = 'alpha' | 'depth' | 'frames';

export interface GrayImage {
  bytes: Uint8Array;
  contentType: string;
  format: OutputFormat;
  /** Upright: an EXIF orientation is applied. */
  width: number;
  height: number;
  /** Of the file: 1 or 2 with alpha, but 3 or 4 in WebP, which has no gray. */
  channels: number;
  /** Bits a sample. */
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
  const { format } = resolved;

  const startedAt = performance.now();
  const { memoryBytes: _, ...source } = await inspectImage(bytes, limits, resolved);
  const decoded = await decode(bytes, source, resolveLimits(limits).maxPixels);
  const decodedAt = performance.now();
  const isFlattened = !outputFormats[format].hasAlpha && hasTransparency(decoded);
  const fitting = isFlattened ? flatten(decoded, [255, 255, 255]) : decoded;
  const gray = dropOpaqueAlpha(toGray(fitting, resolved.method));
  const grayAt = performance.now();
  const encoded = await encode(gray, resolved);
  const encodedAt = performance.now();

  return {
    ...encoded,
    contentType: outputFormats[format].contentType,
    format,
    width: gray.width,
    height: gray.height,
    depth: 8,
    source,
    stages: {
      decodeMs: decodedAt - startedAt,
      grayMs: grayAt - decodedAt,
      encodeMs: encodedAt - grayAt,
    },
    losses: lossesOf(source, isFlattened),
  };
}

function lossesOf({ depth, pages }: SourceImage, isFlattened: boolean): Loss[] {
  const isLost = { alpha: isFlattened, depth: depth > 8, frames: pages > 1 } satisfies Record<
    Loss,
    boolean
  >;
  return (Object.keys(isLost) as Loss[]).filter((loss) => isLost[loss]);
}
