import sharp from 'sharp';
import { type DecodedJpeg, decodeJpeg } from '../src/gray-jpeg/decode-jpeg.ts';

interface DecodedRows extends DecodedJpeg {
  /** Undefined if no rows were given. */
  image: { width: number; height: number; channels: 1 | 3 } | undefined;
  pixels: Buffer;
}

/** The pixels that the product decodes, up to `maxPixels`. */
export async function decodedRows(bytes: Uint8Array, maxPixels = 1e8): Promise<DecodedRows> {
  let image: DecodedRows['image'];
  const parts: Buffer[] = [];
  const decoded = await decodeJpeg(bytes, {
    maxPixels,
    onProgress() {},
    onStart: (start) => {
      image = start;
    },
    onRows: (pixels) => void parts.push(Buffer.from(pixels)),
  });
  return { ...decoded, image, pixels: Buffer.concat(parts) };
}

/** The pixels that sharp decodes: gray or RGB. */
export async function decodedBySharp(bytes: Uint8Array, failOn: 'warning' | 'none' = 'warning') {
  const { channels } = await sharp(bytes).metadata();
  return await sharp(bytes, { failOn, ignoreIcc: true })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
}
