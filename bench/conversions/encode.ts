import { readFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import {
  buildHeif,
  codedImage,
  gridData,
  type HeifPart,
  property,
  u16,
} from '../../testing/heif.ts';
import { adobeColorants, curv, rgbProfile } from '../../testing/icc.ts';

/** Encodes a drawn image as a camera or a program does. */
export type Encode = (image: Sharp) => Promise<Buffer>;

export const jpeg: Encode = (image) => image.jpeg({ quality: 90 }).toBuffer();

export const progressiveJpeg: Encode = (image) =>
  image.jpeg({ quality: 85, progressive: true }).toBuffer();

export const png: Encode = (image) =>
  image.png({ compressionLevel: 6, adaptiveFiltering: true }).toBuffer();

export const grayPng: Encode = (image) => png(image.toColourspace('b-w'));

export const palettePng: Encode = (image) =>
  image.png({ palette: true, colours: 32, dither: 0 }).toBuffer();

/** Enlarged with 16 bits, so that the lower bytes have values. */
export const deepPng: Encode = async (image) => {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const raw = { width: info.width, height: info.height, channels: 3 } as const;
  const enlarged = sharp(data, { raw })
    .pipelineColourspace('rgb16')
    .resize(Math.ceil(info.width * 1.01));
  return png(enlarged.toColourspace('rgb16'));
};

export const webp: Encode = (image) => image.webp({ quality: 85, effort: 2 }).toBuffer();

/** Converts the colours to one of sharp’s profiles, and embeds it. */
export function withProfile(name: 'srgb' | 'p3', encode: Encode): Encode {
  return (image) => encode(image.withIccProfile(name));
}

/** Adobe RGB (1998) is embedded without converting the colours: the cost is the same. */
export const adobeRgbJpeg: Encode = async (image) => {
  const profile = rgbProfile(curv(563 / 256), adobeColorants);
  const body = Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), profile]);
  const bytes = await jpeg(image);
  const segment = Buffer.concat([Buffer.of(0xff, 0xe2), u16(body.length + 2), body]);
  return Buffer.concat([bytes.subarray(0, 2), segment, bytes.subarray(2)]);
};

const tile = { width: 2048, height: 512 };

/**
 * A grid of tiles with Display P3, as phones store it. sharp cannot encode HEVC, so all tiles are one, encoded
 * by libx265: `ffmpeg -i tile.png -frames:v 1 -c:v libx265 -crf 22 -pix_fmt yuv420p -tag:v hvc1`.
 */
export async function heic(megapixels: number): Promise<Buffer> {
  const { hvcC, data } = codedImage(await readFile(new URL('tile.heic', import.meta.url)));
  const rows = Math.max(1, Math.round((megapixels * 1e6) / tile.width / tile.height));
  const size = property.size(tile.width, tile.height);
  const tiles = Array.from({ length: rows }, (): HeifPart => {
    return { type: 'hvc1', isHidden: true, data, properties: [hvcC, size] };
  });
  const whole = { width: tile.width, height: tile.height * rows };
  const properties = [
    property.size(whole.width, whole.height),
    property.profile(await displayP3()),
  ];
  const grid = { type: 'grid', data: gridData({ rows, columns: 1, ...whole }), properties };
  return buildHeif({
    items: [grid, ...tiles],
    references: [['dimg', 1, tiles.map((_, index) => index + 2)]],
  });
}

async function displayP3(): Promise<Buffer> {
  const pixel = sharp({ create: { width: 1, height: 1, channels: 3, background: 'white' } });
  const { icc } = await sharp(await pixel.withIccProfile('p3').png().toBuffer()).metadata();
  if (!icc) throw new Error('Expected sharp to embed Display P3 but it embedded no profile.');
  return icc;
}
