import type { PixelImage, Samples } from '../pixel-image.ts';

/** To 16 bits: times 257, so that white stays white. libvips would shift, and white be gray. */
export function widen<Image extends PixelImage>(image: Image): Image {
  if (image.pixels instanceof Uint16Array) return image;
  return mapSamples(image, new Uint16Array(image.pixels.length), (value) => value * 257);
}

/** To 8 bits: a 257th, rounded to the nearest. There are no halves, as 257 is odd. */
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
