import {
  type GrayPixels,
  maxOf,
  type PixelImage,
  type Samples,
  samplesLike,
} from './pixel-image.ts';

/** An alpha that hides nothing says nothing: without it the same image takes half the channels. */
export function dropOpaqueAlpha(image: GrayPixels): GrayPixels {
  if (image.channels === 1 || hasTransparency(image)) return image;
  const { pixels, width, height } = image;
  const gray = samplesLike(pixels, width * height);
  for (let i = 0; i < gray.length; i++) gray[i] = pixels[i * 2] as number;
  return { pixels: gray, width, height, channels: 1 };
}

/** Whether an image with alpha hides anything. */
export function hasTransparency({ pixels, channels }: PixelImage): boolean {
  if (channels % 2 === 1) return false;
  const opaque = maxOf(pixels);
  for (let i = channels - 1; i < pixels.length; i += channels) {
    if (pixels[i] !== opaque) return true;
  }
  return false;
}

/** RGBA on a background of 8 bits a channel, as if painted there; rounded half up. */
export function flatten(image: PixelImage, background: readonly number[]): PixelImage {
  if (image.channels !== 4) return image;
  const max = maxOf(image.pixels);
  const below = background.map((value) => (value * max) / 255);
  return withoutAlpha(image, (pixels, at, channel) => {
    const alpha = pixels[at + 3] as number;
    const value = pixels[at + channel] as number;
    return Math.floor((value * alpha + (below[channel] ?? 0) * (max - alpha)) / max + 0.5);
  });
}

/** RGB as it is stored below the transparency. */
export function dropAlpha(image: PixelImage): PixelImage {
  if (image.channels !== 4) return image;
  return withoutAlpha(image, (pixels, at, channel) => pixels[at + channel] as number);
}

function withoutAlpha(
  { pixels, width, height }: PixelImage,
  sample: (pixels: Samples, at: number, channel: number) => number,
): PixelImage {
  const rgb = samplesLike(pixels, width * height * 3);
  for (let i = 0, at = 0; i < rgb.length; i += 3, at += 4) {
    for (let channel = 0; channel < 3; channel++) rgb[i + channel] = sample(pixels, at, channel);
  }
  return { pixels: rgb, width, height, channels: 3 };
}
