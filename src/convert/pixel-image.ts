/** Pixels of 8 bits a sample, row by row without gaps: gray, gray and alpha, RGB or RGBA. */
export interface PixelImage {
  pixels: Uint8Array;
  width: number;
  height: number;
  channels: 1 | 2 | 3 | 4;
}

/** Gray, or gray and alpha. */
export interface GrayPixels extends PixelImage {
  channels: 1 | 2;
}
