import type { CheckedImage } from './check-image.ts';
import { hasUnknownColours } from './colour/profile-to-apply.ts';
import type { SrgbPixels } from './colour/to-srgb.ts';
import { outputFormats } from './formats/output-formats.ts';
import { hasTranslucency, hasTransparency } from './gray/alpha.ts';
import { maxOf } from './pixel-image.ts';

/** What the output may lose of the source, apart from being gray, whether requested or not. */
export const lossMeanings = {
  alpha: 'Transparency was flattened, dropped, or reduced to one bit.',
  depth: 'The source has more bits per sample than the output.',
  frames: 'Frames or pages after the first were left out.',
  'animation timing': 'Frames are kept, but not their durations.',
  resolution: 'The source states its resolution; the output format cannot.',
  copyright: 'The recipe keeps creator and copyright, but the output format cannot hold them.',
  truncated: 'The file is truncated or damaged, and some of its pixels are missing.',
  highlights: 'Light brighter than reference white (PQ, HLG) was clipped to white.',
  colour: 'The colour information is not understood. The colours were treated as sRGB.',
} as const;

export type Loss = keyof typeof lossMeanings;

/** `decoded` has the alpha and depth of the source, in sRGB. */
export function lossesOf(
  { pixels: decoded, hasHighlights, hasUnknownColours }: SrgbPixels,
  { file, plan, recipe }: Pick<CheckedImage, 'file' | 'plan' | 'recipe'>,
  isTruncated: boolean,
): Loss[] {
  const { image, timing } = file;
  const output = outputFormats[plan.format];
  const canHold = recipe.alpha === 'keep' ? output.alpha : 'none';
  const depth = Math.min(plan.depth, maxOf(decoded.pixels) === 255 ? 8 : 16);
  const isLost = {
    alpha: { none: hasTransparency, binary: hasTranslucency, full: () => false }[canHold](decoded),
    // With few grays, colours count as 8 bits, because the gray of one-bit colours has more.
    depth: Math.max(image.depth, image.channels > 2 ? 8 : 0) > depth,
    frames: image.pages > plan.frames,
    'animation timing': timing !== undefined && plan.frames > 1 && !output.hasTiming,
    resolution: file.resolution !== undefined && plan.resolution === undefined,
    copyright: file.copyright !== undefined && plan.copyright === undefined,
    truncated: isTruncated,
    highlights: hasHighlights,
    colour: hasUnknownColours,
  } satisfies Record<Loss, boolean>;
  return (Object.keys(isLost) as Loss[]).filter((loss) => isLost[loss]);
}

/**
 * The same for an image whose pixels are not looked at: its output holds all of its transparency, and
 * its colours are known from the file.
 */
export function lossesOfFile(
  image: Pick<CheckedImage, 'file' | 'plan' | 'recipe'>,
  { bits = 8, isTruncated = false }: { bits?: 8 | 16; isTruncated?: boolean } = {},
): Loss[] {
  const { file, recipe } = image;
  const samples = bits === 8 ? new Uint8Array() : new Uint16Array();
  const pixels = { ...file.image, pixels: samples, channels: 1 } as const;
  const isUnknown = recipe.colour === 'managed' && hasUnknownColours(file);
  return lossesOf(
    { pixels, hasHighlights: false, hasUnknownColours: isUnknown },
    image,
    isTruncated,
  );
}
