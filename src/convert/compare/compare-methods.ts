import type { CheckedImage } from '../check-image.ts';
import { narrow } from '../gray/depth.ts';
import type { ConversionOptions } from '../limits.ts';
import { type OwnBytes, toOwnBytes } from '../own-bytes.ts';
import type { PixelImage } from '../pixel-image.ts';
import type { ImageInput } from '../read-input.ts';
import { methodFacts, methods, type NamedMethod } from '../recipe/methods.ts';
import { createRunner } from '../runner.ts';
import { type OpenedImage, openSession } from '../session.ts';
import { steps } from '../steps.ts';
import { drawSheet, type MethodComparison } from './comparison-sheet.ts';
import { contrastLossOf } from './contrast-loss.ts';
import { previewOf } from './preview.ts';

export interface ComparedMethods {
  /** In the order of the methods. */
  comparisons: MethodComparison[];
  recommended: NamedMethod;
  /** A labelled PNG of the original and all grays. */
  sheet: OwnBytes;
}

/** Methods whose loss exceeds the smallest by more than this are flagged. */
const flaggedAbove = 0.1;
/** Losses within this distance of the smallest count as equal. */
const maxEqualDifference = 0.01;
/** Preferred among equals: first what other programs expect, then the image-dependent method. */
const preferred: NamedMethod[] = ['rec601', 'decolor'];

/** An opened image whose methods can be compared once. */
export interface ComparisonSession extends OpenedImage {
  compare(): Promise<ComparedMethods>;
}

/**
 * Opens an image like `openImage`, to compare methods. Uses the first frame of an animation,
 * flattened on white. Throws `ConversionError`.
 */
export async function openComparison(
  input: ImageInput,
  options: ConversionOptions = {},
): Promise<ComparisonSession> {
  const recipe = { alpha: 'flatten', frames: 'first' } as const;
  const { run, ...opened } = await openSession(input, {
    recipe,
    limits: options,
    work: runComparison,
  });
  return { ...opened, compare: run };
}

/**
 * Measures how much of an image’s contrast each method loses, and draws the results next to each
 * other. Uses the first frame of an animation, flattened on white. Throws `ConversionError`.
 */
export async function compareMethods(
  input: ImageInput,
  options: ConversionOptions = {},
): Promise<ComparedMethods> {
  const image = await openComparison(input, options);
  try {
    return await image.compare();
  } finally {
    image.close();
  }
}

async function runComparison(checked: CheckedImage): Promise<ComparedMethods> {
  const image = await coloursOf(checked);
  const preview = await previewOf(image, checked.file.image.orientation);
  const lossOf = contrastLossOf(preview);
  const grays = Object.keys(methods).map((name) => {
    const method = name as NamedMethod;
    const gray = grayOf(preview, method, image);
    return { method, gray, contrastLoss: lossOf(gray) };
  });
  const minLoss = Math.min(...grays.map(({ contrastLoss }) => contrastLoss));
  const assessed = grays.map((each) => ({
    ...each,
    isFlagged: each.contrastLoss - minLoss > flaggedAbove,
  }));
  const recommended = recommend(assessed, minLoss);
  return {
    comparisons: assessed.map(({ gray, ...comparison }) => comparison),
    recommended,
    sheet: toOwnBytes(await drawSheet(preview, assessed, recommended)),
  };
}

/** All pixels at 8 bits per sample, in the colours from which a conversion makes gray. */
async function coloursOf(checked: CheckedImage): Promise<PixelImage> {
  const { run } = createRunner(checked);
  const decoded = await run(steps.decode, {});
  const { pixels } = await run(steps.colour, decoded.pixels);
  return narrow(await run(steps.alpha, pixels));
}

/** Image-dependent methods are derived from `whole`, so that they match a conversion. */
function grayOf(preview: PixelImage, method: NamedMethod, whole: PixelImage): Uint8Array {
  const toGray = methodFacts(method).toGray(whole.channels === 3 ? whole : preview, 255);
  const sample = (at: number) => preview.pixels[at] as number;
  return Uint8Array.from({ length: preview.width * preview.height }, (_, i) =>
    toGray(sample(i * 3), sample(i * 3 + 1), sample(i * 3 + 2)),
  );
}

function recommend(comparisons: MethodComparison[], minLoss: number): NamedMethod {
  const good = comparisons
    .filter(({ contrastLoss }) => contrastLoss - minLoss <= maxEqualDifference)
    .sort((a, b) => a.contrastLoss - b.contrastLoss)
    .map(({ method }) => method);
  return preferred.find((method) => good.includes(method)) ?? good[0] ?? 'rec601';
}
