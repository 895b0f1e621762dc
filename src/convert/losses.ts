import type { OutputPlan } from './encode/output-plan.ts';
import { outputFormats } from './formats/output-formats.ts';
import type { SourceFile } from './formats/read-header.ts';
import { hasTranslucency, hasTransparency } from './gray/alpha.ts';
import { maxOf, type PixelImage } from './pixel-image.ts';
import type { Recipe } from './recipe/recipe-options.ts';

/** What of the source may not be in the output, its colours aside, asked for or not. */
export const lossMeanings = {
  alpha: 'Transparency was flattened, dropped, or made all or nothing.',
  depth: 'The source has more bits a sample.',
  frames: 'There are frames or pages after the first.',
  'animation timing': 'Frames are kept, but not how long each is shown.',
  truncated: 'The file is cut off or damaged, and some of its pixels are missing.',
} as const;

export type Loss = keyof typeof lossMeanings;

interface ConversionFacts {
  file: SourceFile;
  plan: OutputPlan;
  alpha: Recipe['alpha'];
  /** As it was decoded. */
  decoded: PixelImage;
  isTruncated: boolean;
}

export function lossesOf({ file, plan, alpha, decoded, isTruncated }: ConversionFacts): Loss[] {
  const { image, timing } = file;
  const output = outputFormats[plan.format];
  const canHold = alpha === 'keep' ? output.alpha : 'none';
  const depth = Math.min(plan.depth, maxOf(decoded.pixels) === 255 ? 8 : 16);
  const isLost = {
    alpha: { none: hasTransparency, binary: hasTranslucency, full: () => false }[canHold](decoded),
    depth: image.depth > depth,
    frames: image.pages > plan.frames,
    'animation timing': timing !== undefined && plan.frames > 1 && !output.hasTiming,
    truncated: isTruncated,
  } satisfies Record<Loss, boolean>;
  return (Object.keys(isLost) as Loss[]).filter((loss) => isLost[loss]);
}
