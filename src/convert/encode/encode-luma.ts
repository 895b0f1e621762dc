import { keepLuma } from '../../gray-jpeg/index.ts';
import type { CheckedImage } from '../check-image.ts';
import { type Colourfulness, neutral, summarizeBlocks } from '../colour/colourfulness.ts';
import { metadataSegments } from '../copyright/write-copyright.ts';
import { corruptImage } from '../decode/decoder-error.ts';
import { verdictOf } from '../decode/jpeg/jpeg-damage.ts';
import { jfifSegment } from '../resolution/write-resolution.ts';
import { createTurns } from '../take-turns.ts';
import type { LumaPlan } from './luma-plan.ts';
import { checkOutputBytes } from './output-size.ts';

export interface LumaFile {
  /** Absent for the rare JPEG whose components are in separate scans. */
  colourfulness?: Colourfulness;
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
  const { chromaCounts } = kept;
  // Gray has no chroma.
  const isGray = frame.components.length === 1;
  const colourfulness = isGray ? neutral : chromaCounts && summarizeBlocks(chromaCounts);
  return { bytes: kept.bytes, width, height, ...(colourfulness && { colourfulness }) };
}

function progressOf({ deadline, limits }: CheckedImage) {
  const takeTurns = createTurns();
  return (sizeBytes: number): void | Promise<void> => {
    deadline.check();
    checkOutputBytes(sizeBytes, limits.maxOutputBytes);
    return takeTurns();
  };
}

function segmentsOf({ plan: { resolution, luma, copyright } }: CheckedImage): Uint8Array[] {
  const jfif = resolution && jfifSegment(resolution);
  const orientation = luma?.orientation;
  return [...(jfif ? [jfif] : []), ...metadataSegments({ copyright, orientation })];
}

/** Bytes per pixel of coefficients and their marks, including blocks that complete MCUs. */
const bytesPerKeptPixel = 2.5;

/** The max bytes that keeping the luma allocates in proportion to the image and the file. */
export function lumaBytes({ bytes }: Pick<CheckedImage, 'bytes'>, plan: LumaPlan): number {
  const { width, height, isProgressive } = plan.frame;
  const keepsAll = isProgressive || plan.turn !== undefined;
  // The output in parts, and then as a whole.
  return 2 * bytes.length + (keepsAll ? bytesPerKeptPixel * width * height : 0);
}
