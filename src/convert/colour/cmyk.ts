import { maxOf, type PixelImage, samplesLike } from '../pixel-image.ts';

/**
 * Converts CMYK to RGB or RGBA without a profile: the light that black and the ink leave, computed
 * like Pillow (`cmyk2rgb` in src/libImaging/Convert.c).
 */
export function cmykToRgb({ pixels, width, height }: PixelImage): PixelImage {
  const inks = pixels.length / (width * height);
  const channels = inks === 5 ? 4 : 3;
  const max = maxOf(pixels);
  const rgb = samplesLike(pixels, width * height * channels);
  for (let i = 0, j = 0; i < rgb.length; i += channels, j += inks) {
    const light = max - (pixels[j + 3] as number);
    for (let k = 0; k < 3; k++) {
      rgb[i + k] = light - Math.floor(((pixels[j + k] as number) * light) / max + 0.5);
    }
    if (channels === 4) rgb[i + 3] = pixels[j + 4] as number;
  }
  return { pixels: rgb, width, height, channels };
}
