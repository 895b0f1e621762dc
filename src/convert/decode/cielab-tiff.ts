import { labToSrgb } from '../colour/lab-to-srgb.ts';
import { tiffDirectories } from '../formats/tiff-layout.ts';
import type { PixelImage } from '../pixel-image.ts';

const [bitsTag, photometricTag] = [258, 262];
const rgb = 2;

/** How a* and b* are stored: CIELAB as signed numbers (TIFF 6.0, section 23), ICCLab as a* + 128. */
const offsets: Record<number, number> = { 8: 0, 9: 128 };

/** The offset of a* and b* in a TIFF of 8-bit CIELAB, which libvips does not read; else undefined. */
export function cielabOffset(tiff: Uint8Array): number | undefined {
  const [first] = tiffDirectories(tiff);
  if (first?.number(bitsTag) !== 8) return undefined;
  return offsets[first.number(photometricTag) ?? 0];
}

/** A copy whose samples are said to be RGB, so that libvips returns them as they are. */
export function asRgbTiff(tiff: Uint8Array): Uint8Array {
  const copy = new Uint8Array(tiff);
  const isLittle = tiff[0] === 0x49;
  for (const directory of tiffDirectories(tiff)) {
    const isLab = (directory.number(photometricTag) ?? 0) in offsets;
    const place = directory.placeOf(photometricTag);
    if (isLab && place) copy[isLittle ? place.start : place.end - 1] = rgb;
  }
  return copy;
}

/** Converts the stored samples to sRGB of 16 bits. */
export function cielabToSrgb(image: PixelImage, offset: number): PixelImage {
  const { pixels, channels } = image;
  const wide = new Uint16Array(pixels.length);
  const signed = (value: number) => (offset > 0 ? value - offset : (value << 24) >> 24);
  for (let at = 0; at < pixels.length; at += channels) {
    const [a, b] = [signed(pixels[at + 1] as number), signed(pixels[at + 2] as number)];
    const colours = labToSrgb(((pixels[at] as number) / 255) * 100, a, b);
    for (let i = 0; i < 3; i++) wide[at + i] = Math.round((colours[i] as number) * 65_535);
    if (channels === 4) wide[at + 3] = (pixels[at + 3] as number) * 257;
  }
  return { ...image, pixels: wide };
}
