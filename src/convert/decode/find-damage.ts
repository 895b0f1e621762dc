import type { CheckedImage } from '../check-image.ts';
import type { Damage, Verdict } from './damage.ts';
import { judgeGif } from './gif/gif-damage.ts';
import { judgeJpeg, mayHideDamage } from './jpeg/jpeg-damage.ts';
import { judgeTiff } from './tiff/tiff-damage.ts';
import { judgeWebp } from './webp/webp-damage.ts';

/**
 * Finds damage that the decoder would accept silently. Takes little time unless there is a sign of
 * damage. Throws only after the deadline.
 */
export async function hiddenDamage(image: CheckedImage): Promise<Verdict> {
  const { bytes, plan, deadline, limits } = image;
  switch (image.file.image.format) {
    case 'jpeg':
      return mayHideDamage(bytes) ? await judgeJpeg(bytes, limits.maxPixels, deadline) : 'unknown';
    case 'gif':
      return judgeGif(bytes, plan.frames);
    case 'tiff':
      return await judgeTiff(bytes, plan.frames, deadline);
    case 'webp':
      return judgeWebp(bytes, plan.frames);
    default:
      return 'unknown';
  }
}

/** Sorts what a strict decoder rejected. Throws only after the deadline. */
export async function reportedDamage(image: CheckedImage): Promise<Damage | 'whole'> {
  const { bytes, deadline, limits } = image;
  const isJpeg = image.file.image.format === 'jpeg';
  const verdict = isJpeg ? await judgeJpeg(bytes, limits.maxPixels, deadline) : 'unknown';
  return verdict === 'unknown' ? { reason: 'the decoder gave no details' } : verdict;
}
