import sharp from 'sharp';
import { orient } from '../gray/orient.ts';
import type { PixelImage } from '../pixel-image.ts';

/** In pixels. */
const maxSide = 320;

/** The picture scaled down, upright, as 8-bit RGB. Of 8 bits a sample, and without alpha. */
export async function previewOf(image: PixelImage, orientation?: number): Promise<PixelImage> {
  const { pixels, width, height, channels } = image;
  const raw = { width, height, channels };
  const { data, info } = await sharp(pixels, { raw, limitInputPixels: false })
    // Means alone: a sharper kernel would overshoot at edges, to colours that are not there.
    .resize(maxSide, maxSide, { fit: 'inside', withoutEnlargement: true, kernel: 'linear' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const scaled = { pixels: data, width: info.width, height: info.height, channels: info.channels };
  return orientColours(scaled, orientation);
}

/** One colour after the other. Where there is but one channel, it is all three. */
function orientColours(image: PixelImage, orientation?: number): PixelImage {
  const { pixels, width, height, channels } = image;
  const planes = [0, 1, 2].map((colour) => {
    const plane = Uint8Array.from(
      { length: width * height },
      (_, i) => pixels[i * channels + (channels < 3 ? 0 : colour)] as number,
    );
    return orient({ pixels: plane, width, height, channels: 1 }, orientation);
  });
  const upright = planes[0] as PixelImage;
  const rgb = Uint8Array.from(
    { length: width * height * 3 },
    (_, i) => planes[i % 3]?.pixels[Math.floor(i / 3)] as number,
  );
  return { pixels: rgb, width: upright.width, height: upright.height, channels: 3 };
}
