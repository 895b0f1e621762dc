import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { packBits } from './pack-bits.ts';
import { createPngFile } from './png-file.ts';

interface FewGrays {
  /** 8-bit gray, of which the upper `depth` bits are written. */
  pixels: Uint8Array;
  width: number;
  height: number;
  depth: 1 | 2 | 4;
}

interface ZlibOptions {
  /** Of zlib, from 0 to 9. */
  level: number;
  pixelsPerMetre?: readonly [x: number, y: number] | undefined;
}

/**
 * Encodes gray of less than 8 bits as a PNG with zlib, for levels other than that of
 * `encodeGrayPng`. Libraries write a palette at these depths. Rows have no filter,
 * as https://www.w3.org/TR/png-3/#12Filter-selection recommends below 8 bits.
 */
export async function encodeFewGraysPng(
  source: FewGrays,
  { level, pixelsPerMetre }: ZlibOptions,
): Promise<Uint8Array> {
  const { width, height, depth } = source;
  const { bytes, width: rowBytes } = packBits(source);
  const rows = new Uint8Array(height * (rowBytes + 1));
  for (let y = 0; y < height; y++) {
    rows.set(bytes.subarray(y * rowBytes, (y + 1) * rowBytes), y * (rowBytes + 1) + 1);
  }
  const data = await promisify(deflate)(rows, { level });
  const file = createPngFile({ width, height, depth, channels: 1, pixelsPerMetre }, data.length);
  file.append(data);
  return file.finish();
}
