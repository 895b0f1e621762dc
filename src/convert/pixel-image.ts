export type Samples = Uint8Array | Uint16Array;

/**
 * Pixels row by row without padding: gray, gray and alpha, RGB or RGBA; frames are stacked
 * vertically.
 */
export interface PixelImage {
  pixels: Samples;
  width: number;
  /** Height of all frames together. */
  height: number;
  channels: 1 | 2 | 3 | 4;
}

/** Gray, or gray and alpha. */
export interface GrayPixels extends PixelImage {
  channels: 1 | 2;
}

export function isGray(image: PixelImage): image is GrayPixels {
  return image.channels < 3;
}

/** The value of white and of full opacity. */
export function maxOf(samples: Samples): 255 | 65_535 {
  return samples.BYTES_PER_ELEMENT === 1 ? 255 : 65_535;
}

/** Allocates samples of the same depth. */
export function samplesLike(samples: Samples, length: number): Samples {
  return samples.BYTES_PER_ELEMENT === 1 ? new Uint8Array(length) : new Uint16Array(length);
}

/** Smaller buffers may be parts of a pool, and are not worth it. */
const minReleasedBytes = 2 ** 20;

/**
 * Frees pixels that are no longer needed. Otherwise V8 would keep them until it collects garbage, and
 * would collect it for them alone. Does nothing if other data are in the same memory.
 */
export function releasePixels({ pixels }: PixelImage, source: Uint8Array): void {
  const { buffer } = pixels;
  const isWhole = pixels.byteLength === buffer.byteLength && buffer !== source.buffer;
  if (!isWhole || pixels.byteLength < minReleasedBytes || !(buffer instanceof ArrayBuffer)) return;
  try {
    buffer.transfer(0);
  } catch {
    // The memory of a WebAssembly module cannot be freed.
  }
}
