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
