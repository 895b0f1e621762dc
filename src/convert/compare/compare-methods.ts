import { startDeadline } from '../deadline.ts';
import { decode } from '../decode/decode.ts';
import { settleAlpha } from '../gray/alpha.ts';
import { narrow } from '../gray/depth.ts';
import { type Limits, resolveLimits } from '../limits.ts';
import { openImage } from '../open-image.ts';
import type { PixelImage } from '../pixel-image.ts';
import { methodFacts, methods, type NamedMethod } from '../recipe/methods.ts';
import { resolveRecipe } from '../recipe/recipe.ts';
import { drawSheet, type MethodComparison } from './comparison-sheet.ts';
import { contrastLossOf } from './contrast-loss.ts';
import { previewOf } from './preview.ts';

export interface ComparedMethods {
  /** In the order of the methods. */
  comparisons: MethodComparison[];
  recommended: NamedMethod;
  /** A PNG of the colours and all grays, labelled. */
  sheet: Uint8Array;
}

/** More than this above the smallest loss is flagged. */
const flaggedAbove = 0.1;
/** What is nearer to the smallest loss is as good. */
const equallyGood = 0.01;
/** Of equally good ones: what other programs expect, then what is chosen for the picture. */
const preferred: NamedMethod[] = ['rec601', 'decolor'];

/**
 * Tells how much of a picture’s contrast each method loses, and draws them side by side; of
 * animations the first frame, flattened on white. Throws `ConversionError`.
 */
export async function compareMethods(
  bytes: Uint8Array,
  limits: Partial<Limits> = {},
): Promise<ComparedMethods> {
  const { image, orientation } = await coloursOf(bytes, resolveLimits(limits));
  const preview = await previewOf(image, orientation);
  const lossOf = contrastLossOf(preview);
  const grays = Object.keys(methods).map((name) => {
    const method = name as NamedMethod;
    const gray = grayOf(preview, method, image);
    return { method, gray, contrastLoss: lossOf(gray) };
  });
  const least = Math.min(...grays.map(({ contrastLoss }) => contrastLoss));
  const judged = grays.map((each) => ({
    ...each,
    isFlagged: each.contrastLoss - least > flaggedAbove,
  }));
  const recommended = recommend(judged, least);
  return {
    comparisons: judged.map(({ gray, ...comparison }) => comparison),
    recommended,
    sheet: await drawSheet(preview, judged, recommended),
  };
}

async function coloursOf(
  bytes: Uint8Array,
  limits: Limits,
): Promise<{ image: PixelImage; orientation: number | undefined }> {
  const recipe = resolveRecipe({ alpha: 'flatten', frames: 'first' });
  const deadline = startDeadline(limits.timeoutMs);
  const { bytes: content, file } = await deadline.step(openImage(bytes, limits, recipe));
  const options = { ...recipe, frames: 1, maxPixels: limits.maxPixels, deadline };
  const decoded = await deadline.step(decode(content, file, options));
  const image = narrow(settleAlpha(decoded, { ...recipe, format: 'png' }));
  return { image, orientation: file.image.orientation };
}

/** `whole` decides where a method depends on the picture, so that it is as in a conversion. */
function grayOf(preview: PixelImage, method: NamedMethod, whole: PixelImage): Uint8Array {
  const toGray = methodFacts(method).toGray(whole.channels === 3 ? whole : preview, 255);
  const sample = (at: number) => preview.pixels[at] as number;
  return Uint8Array.from({ length: preview.width * preview.height }, (_, i) =>
    toGray(sample(i * 3), sample(i * 3 + 1), sample(i * 3 + 2)),
  );
}

function recommend(comparisons: MethodComparison[], least: number): NamedMethod {
  const good = comparisons
    .filter(({ contrastLoss }) => contrastLoss - least <= equallyGood)
    .sort((a, b) => a.contrastLoss - b.contrastLoss)
    .map(({ method }) => method);
  return preferred.find((method) => good.includes(method)) ?? good[0] ?? 'rec601';
}
