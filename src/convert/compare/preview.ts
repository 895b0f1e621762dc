import { orient } from '../gray/orient.ts';
import { loadSharp } from '../load-sharp.ts';
import type { PixelImage } from '../pixel-image.ts';

/** In pixels. */
const maxSide = 320;

/** Scales an image with 8 bits per sample and no alpha down to upright 8-bit RGB. */
export async function previewOf(image: PixelImage, orientation?: number): Promise<PixelImage> {
  const { pixels, width, height, channels } = image;
  const raw = { width, height, channels };
  const sharp = await loadSharp();
  const { data, info } = await sharp(pixels, { raw, limitInputPixels: false })
    // Averages only: a sharper kernel would overshoot at edges and invent colours.
    .resize(maxSide, maxSide, { fit: 'inside', withoutEnlargement: true, kernel: 'linear' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const scaled = { pixels: data, width: info.width, height: info.height, channels: info.channels };
  return orientColours(scaled, orientation);
}

/** Orients one colour at a time. A single channel is used for all three colours. */
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
