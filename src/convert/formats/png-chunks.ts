import { textAt } from './bytes.ts';

interface PngChunk {
  type: string;
  /** Truncated if the file is. */
  data: Uint8Array;
  /** Offset of the chunk; `end` is the offset of the following one. */
  start: number;
  end: number;
}

/**
 * Iterates over the chunks of a PNG until it ends or is truncated:
 * https://www.w3.org/TR/png-3/#5Chunk-layout
 */
export function* pngChunks(bytes: Uint8Array): Generator<PngChunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = 8; start + 8 <= bytes.length; ) {
    const type = textAt(bytes, start + 4, start + 8);
    const dataEnd = start + 8 + view.getUint32(start);
    const end = dataEnd + 4;
    yield { type, data: bytes.subarray(start + 8, dataEnd), start, end };
    if (type === 'IEND') return;
    start = end;
  }
}

/**
 * Counts the images in a PNG: 1, or the frames of an animation plus a separate still image before
 * them. Counts the actual frames, because the number in `acTL` may be wrong:
 * https://www.w3.org/TR/png-3/#apng-frame-based-animation
 */
export function pngPages(bytes: Uint8Array): number {
  let isAnimated = false;
  let isStill = false;
  let frames = 0;
  for (const { type } of pngChunks(bytes)) {
    if (type === 'IDAT') {
      // An animation is declared before the image data.
      if (!isAnimated) return 1;
      isStill ||= frames === 0;
    }
    if (type === 'acTL') isAnimated = true;
    if (type === 'fcTL') frames++;
  }
  return Math.max(1, frames + (isStill ? 1 : 0));
}
