import { gifFrames, isTruncatedGif } from '../../formats/gif-blocks.ts';
import { countLzw } from '../count-lzw.ts';
import type { Verdict } from '../damage.ts';

/**
 * What is missing from the first frames of a GIF. libnsgif leaves out pixels that have no codes,
 * ignores codes after the last pixel, and takes the frames before the end for the whole animation.
 */
export function judgeGif(bytes: Uint8Array, frames: number): Verdict {
  let [index, missing, pixels] = [0, 0, 0];
  let reason: string | undefined;
  for (const { width, height, valueBits, data } of gifFrames(bytes)) {
    const expected = width * height;
    const { values, end } = countLzw(data, { valueBits, isTiff: false, maxValues: expected });
    index++;
    pixels += expected;
    missing += Math.max(0, expected - values);
    if (values < expected || (values > expected && end === 'end code')) {
      reason ??= `frame ${index} has ${values} of ${expected} pixels`;
    }
    if (index === frames) break;
  }
  // The first frame of a truncated file may be complete.
  if (frames > 1 && isTruncatedGif(bytes))
    return { reason: `truncated in or after frame ${index}` };
  if (reason === undefined) return 'unknown';
  return { reason, ...(missing > 0 && { missingShare: missing / pixels }) };
}
