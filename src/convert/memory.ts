import type { CheckedImage } from './check-image.ts';
import { decoderBytesOf, storedBytes } from './decode/decoder-bytes.ts';
import { rowFactsOf } from './decode/rows/row-facts.ts';
import { mayUseThread } from './decode/rows/threaded-rows.ts';
import { lumaBytes } from './encode/encode-luma.ts';
import { steps } from './steps.ts';

/** Row buffers, tables and similar, regardless of the image size. */
const fixedBytes = 16 * 2 ** 20;

/** Upper estimate of the bytes that converting an image allocates, without the source file. */
export function estimateMemoryBytes(checked: CheckedImage): number {
  const { image, extraBytes = 0 } = checked.file;
  const { luma } = checked.plan;
  if (luma) return Math.ceil(fixedBytes + lumaBytes(checked, luma) + extraBytes);
  const pixels = image.width * image.height * checked.plan.frames;
  // Replaced buffers may be freed late, so nothing is subtracted.
  const bytesPerPixel = Object.values(steps).reduce(
    (sum, step) => sum + step.bytesPerPixel(checked),
    0,
  );
  return Math.ceil(fixedBytes + pixels * bytesPerPixel + copyBytes(checked) + extraBytes);
}

/** A thread receives a copy of the file, and that of its last image may not be free yet. */
function copyBytes(checked: CheckedImage): number {
  const facts = rowFactsOf(checked);
  return facts && mayUseThread(facts) ? 2 * checked.bytes.length : 0;
}

/** The same for a thumbnail of the first frame, which is scaled during decoding. */
export function estimateThumbnailBytes({ file }: CheckedImage): number {
  const { image } = file;
  const bytesPerPixel = decoderBytesOf(file) + storedBytes(image);
  return Math.ceil(fixedBytes + image.width * image.height * bytesPerPixel);
}
