import type { Locator } from 'playwright-core';
import sharp from 'sharp';

export interface Pixels {
  width: number;
  height: number;
  rgba: Uint8Array;
}

/** What the browser paints, on white. */
export async function pixelsOf(image: Locator): Promise<Pixels> {
  const { width, height, png } = await image.evaluate(async (element: HTMLImageElement) => {
    await element.decode();
    const { naturalWidth: width, naturalHeight: height } = element;
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext('2d');
    if (!context) throw new Error('This browser has no canvas.');
    context.fillStyle = '#fff';
    context.fillRect(0, 0, width, height);
    context.drawImage(element, 0, 0);
    return { width, height, png: canvas.toDataURL('image/png').split(',')[1] ?? '' };
  });
  const rgba = await sharp(Buffer.from(png, 'base64')).ensureAlpha().raw().toBuffer();
  return { width, height, rgba };
}

/** Rec. 601 as Pillow computes it, implemented independently, on white. */
export async function pillowGray(name: string): Promise<Pixels> {
  const { data, info } = await sharp(`samples/${name}`)
    .autoOrient()
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  for (let at = 0; at < data.length; at += 4) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray(at, at + 4);
    const gray = (red * 19_595 + green * 38_470 + blue * 7_471 + 0x8000) >> 16;
    const onWhite = Math.round(255 + ((gray - 255) * alpha) / 255);
    data.fill(onWhite, at, at + 3);
    data[at + 3] = 255;
  }
  return { width: info.width, height: info.height, rgba: data };
}

export function maxDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((max, value, at) => Math.max(max, Math.abs(value - (b[at] ?? -255))), 0);
}

/** The largest difference between two channels of a pixel; 0 is gray. */
export function maxColourDifference(rgba: Uint8Array): number {
  let max = 0;
  for (let at = 0; at < rgba.length; at += 4) {
    const [red = 0, green = 0, blue = 0] = rgba.subarray(at, at + 3);
    max = Math.max(max, Math.max(red, green, blue) - Math.min(red, green, blue));
  }
  return max;
}
