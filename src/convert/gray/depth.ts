import type { PixelImage, Samples } from '../pixel-image.ts';

/**
 * Converts to 16 bits by multiplying by 257, so that white stays white. libvips shifts, which would
 * make white gray.
 */
export function widen<Image extends PixelImage>(image: Image): Image {
  if (image.pixels instanceof Uint16Array) return image;
  return mapSamples(image, new Uint16Array(image.pixels.length), (value) => value * 257);
}

/**
 * Converts to 8 bits by dividing by 257, rounded to the nearest. There are no ties, because 257 is
 * odd.
 */
export function narrow<Image extends PixelImage>(image: Image): Image {
  if (image.pixels instanceof Uint8Array) return image;
  return mapSamples(
    image,
    new Uint8Array(image.pixels.length),
    (value) => ((value + 128) / 257) | 0,
  );
}

function mapSamples<Image extends PixelImage>(
  image: Image,
  into: Samples,
  sample: (value: number) => number,
): Image {
  const { pixels } = image;
  for (let i = 0; i < into.length; i++) into[i] = sample(pixels[i] as number);
  return { ...image, pixels: into };
}
