import type { CheckedImage } from '../check-image.ts';
import { judgeJpeg, mayHideDamage } from './jpeg/jpeg-damage.ts';

/**
 * Finds damage that the decoder would accept silently, if there is a sign of it. Throws only after
 * the deadline.
 */
export function hiddenDamage({ bytes, file, deadline }: CheckedImage): Verdict {
  const { image } = file;
  if (image.format === 'jpeg' && mayHideDamage(bytes)) {
    return judgeJpeg(bytes, image, deadline);
  }
  return 'unknown';
}

/** Sorts what a strict decoder rejected. Throws only after the deadline. */
export function reportedDamage({ bytes, file, deadline }: CheckedImage): Damage | 'whole' {
  const verdict = file.image.format === 'jpeg' ? judgeJpeg(bytes, file.image, deadline) : 'unknown';
  return verdict === 'unknown' ? { reason: 'the decoder gave no details' } : verdict;
}
