import { keepLuma } from '../../gray-jpeg/index.ts';
import type { CheckedImage } from '../check-image.ts';
import { corruptImage } from '../decode/decoder-error.ts';
import { verdictOf } from '../decode/jpeg/jpeg-damage.ts';
import { jfifSegment } from '../resolution/write-resolution.ts';
import type { LumaPlan } from './luma-plan.ts';
import { checkOutputBytes } from './output-size.ts';

export interface LumaFile {
  bytes: Uint8Array;
  width: number;
  height: number;
}

/** Keeps the luma of a JPEG with all its coefficients. Throws `ConversionError`. */
export async function encodeLuma(image: CheckedImage, plan: LumaPlan): Promise<LumaFile> {
  const { bytes, limits, recipe } = image;
  const { turn, frame } = plan;
  const { maxPixels, maxOutputBytes } = limits;
  const onProgress = progressOf(image);
  const kept = await keepLuma(bytes, { maxPixels, turn, onProgress, segments: segmentsOf(image) });
  const verdict = verdictOf(kept);
  const reason = typeof verdict === 'object' ? verdict.reason : kept.reason;
  if (!kept.bytes) {
    const isTolerant = recipe.tolerate === 'truncated';
    const cure = isTolerant ? '; lossless converts whole images only, despite tolerate' : '';
    throw corruptImage('jpeg', `${reason ?? 'it has no image'}${cure}`);
  }
  checkOutputBytes(kept.bytes.length, maxOutputBytes);
  const [width, height] = turn?.isTransposed
    ? [frame.height, frame.width]
    : [frame.width, frame.height];
  return { bytes: kept.bytes, width, height };
}

/** How long other work may have to wait. */
const maxTurnMs = 10;

function progressOf({ deadline, limits }: CheckedImage) {
  let since = performance.now();
  return (sizeBytes: number): void | Promise<void> => {
    deadline.check();
    checkOutputBytes(sizeBytes, limits.maxOutputBytes);
    if (performance.now() - since < maxTurnMs) return;
    return new Promise((resolve) =>
      setImmediate(() => {
        since = performance.now();
        resolve();
      }),
    );
  };
}

function segmentsOf({ plan: { resolution, luma } }: CheckedImage): Uint8Array[] {
  const jfif = resolution && jfifSegment(resolution);
  const orientation = luma?.orientation;
  return [...(jfif ? [jfif] : []), ...(orientation ? [exifSegment(orientation)] : [])];
}

/** EXIF data with nothing but the orientation: EXIF 2.32, 4.5 and 4.6.5.1. */
function exifSegment(orientation: number): Uint8Array {
  const start = Buffer.from('\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01', 'latin1');
  const entry = Buffer.from([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
  return Buffer.concat([start, entry, Buffer.alloc(4)]);
}

/** Bytes per pixel of coefficients and their marks, including blocks that complete MCUs. */
const bytesPerKeptPixel = 2.5;

/** The most that keeping the luma allocates in proportion to the image and the file. */
export function lumaBytes({ bytes }: Pick<CheckedImage, 'bytes'>, plan: LumaPlan): number {
  const { width, height, isProgressive } = plan.frame;
  const keepsAll = isProgressive || plan.turn !== undefined;
  // The output in parts, and then as a whole.
  return 2 * bytes.length + (keepsAll ? bytesPerKeptPixel * width * height : 0);
}
