import type { CheckedImage } from './check-image.ts';
import { decoderBytes, storedBytes } from './decode/decoder-bytes.ts';
import { steps } from './steps.ts';

/** Row buffers, tables and the like, of images of any size. */
const fixedBytes = 16 * 2 ** 20;

/** Upper estimate of what converting an image allocates, besides the source’s own bytes. */
export function estimateMemoryBytes(checked: CheckedImage): number {
  const { image, extraBytes = 0 } = checked.file;
  const pixels = image.width * image.height * checked.plan.frames;
  // What a step replaces may be freed late, so nothing is taken off.
  const bytesPerPixel = Object.values(steps).reduce(
    (sum, step) => sum + step.bytesPerPixel(checked),
    0,
  );
  return Math.ceil(fixedBytes + pixels * bytesPerPixel + extraBytes);
}

/** The same for a thumbnail of its first frame, which is scaled while it is decoded. */
export function estimateThumbnailBytes({ file: { image } }: CheckedImage): number {
  const bytesPerPixel = decoderBytes[image.format](image) + storedBytes(image);
  return Math.ceil(fixedBytes + image.width * image.height * bytesPerPixel);
}
