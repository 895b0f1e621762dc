import { bmp } from '../decode/bmp/decode-bmp.ts';
import { ico } from '../decode/bmp/decode-ico.ts';
import { type MagickFormat, magickFormats } from '../decode/magick/magick-coders.ts';
import { pnm } from '../decode/pnm/decode-pnm.ts';
import { psd } from '../decode/psd/decode-psd.ts';
import { qoi } from '../decode/qoi/decode-qoi.ts';
import { isSvg } from '../decode/svg/svg-text.ts';
import { tga } from '../decode/tga/decode-tga.ts';
import { hasText } from './bytes.ts';
import { cameraRawExtensions, cameraRawOf } from './camera-raw.ts';
import { fileBrand } from './file-brand.ts';

interface InputFormatFacts {
  name: string;
  contentType: string;
  extensions: readonly string[];
  /** The decoder, for the documentation. */
  decoder: string;
  /**
   * Whether bytes start like this format. File names are ignored, because anyone can rename a file.
   */
  matches(bytes: Uint8Array): boolean;
}

function byMagick(format: MagickFormat) {
  const { name, matches } = magickFormats[format];
  return { name, decoder: '@imagemagick/magick-wasm', matches };
}

/**
 * The table with its keys and no narrower types: TypeScript before 5.7 cannot read the types that
 * newer versions would infer for `matches`.
 */
function defineFormats<Name extends string>(
  formats: Record<Name, InputFormatFacts>,
): Readonly<Record<Name, Readonly<InputFormatFacts>>> {
  return formats;
}

/**
 * The supported input formats. TGA has no signature, so it comes last and is recognised by its
 * plausible fields.
 */
export const inputFormats = defineFormats({
  jpeg: {
    name: 'JPEG',
    contentType: 'image/jpeg',
    extensions: ['jpg', 'jpeg', 'jpe', 'jfif'],
    decoder: 'sharp',
    matches: (bytes) => hasText(bytes, '\xff\xd8\xff'),
  },
  png: {
    name: 'PNG',
    contentType: 'image/png',
    extensions: ['png'],
    decoder: 'sharp',
    matches: (bytes) => hasText(bytes, '\x89PNG\r\n\x1a\n'),
  },
  webp: {
    name: 'WebP',
    contentType: 'image/webp',
    extensions: ['webp'],
    decoder: 'sharp',
    matches: (bytes) => hasText(bytes, 'RIFF') && hasText(bytes, 'WEBP', 8),
  },
  gif: {
    name: 'GIF',
    contentType: 'image/gif',
    extensions: ['gif'],
    decoder: 'sharp',
    matches: (bytes) => hasText(bytes, 'GIF87a') || hasText(bytes, 'GIF89a'),
  },
  tiff: {
    name: 'TIFF',
    contentType: 'image/tiff',
    extensions: ['tif', 'tiff'],
    decoder: 'sharp',
    // Either byte order; 42 is TIFF, 43 is BigTIFF.
    matches: (bytes) =>
      ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].some((start) => hasText(bytes, start)) &&
      cameraRawOf(bytes) === undefined,
  },
  avif: {
    name: 'AVIF',
    contentType: 'image/avif',
    extensions: ['avif'],
    decoder: 'sharp',
    matches: (bytes) => fileBrand(bytes) === 'AVIF',
  },
  heic: {
    name: 'HEIC',
    contentType: 'image/heic',
    extensions: ['heic', 'heif', 'hif'],
    decoder: 'libheif-js',
    matches: (bytes) => ['HEIC', 'HEIF'].includes(fileBrand(bytes) ?? ''),
  },
  jxl: {
    name: 'JPEG XL',
    contentType: 'image/jxl',
    extensions: ['jxl'],
    decoder: 'jxl-oxide-wasm',
    matches: (bytes) => hasText(bytes, '\xff\x0a') || hasText(bytes, '\0\0\0\x0cJXL \r\n\x87\n'),
  },
  jp2: {
    name: 'JPEG 2000',
    contentType: 'image/jp2',
    extensions: ['jp2', 'j2k', 'j2c', 'jpf', 'jpx'],
    decoder: '@cornerstonejs/codec-openjpeg',
    matches: (bytes) =>
      hasText(bytes, '\0\0\0\x0cjP  \r\n\x87\n') || hasText(bytes, '\xff\x4f\xff\x51'),
  },
  psd: {
    name: 'PSD',
    contentType: 'image/vnd.adobe.photoshop',
    extensions: ['psd', 'psb'],
    decoder: 'built-in',
    matches: psd.matches,
  },
  qoi: {
    name: 'QOI',
    contentType: 'image/qoi',
    extensions: ['qoi'],
    decoder: 'built-in',
    matches: qoi.matches,
  },
  bmp: {
    name: 'BMP',
    contentType: 'image/bmp',
    extensions: ['bmp', 'dib'],
    decoder: 'built-in',
    matches: bmp.matches,
  },
  ico: {
    name: 'ICO',
    contentType: 'image/vnd.microsoft.icon',
    extensions: ['ico', 'cur'],
    decoder: 'built-in',
    matches: ico.matches,
  },
  pnm: {
    name: 'PNM',
    contentType: 'image/x-portable-anymap',
    extensions: ['pnm', 'pbm', 'pgm', 'ppm', 'pam'],
    decoder: 'built-in',
    matches: pnm.matches,
  },
  raw: {
    ...byMagick('raw'),
    contentType: 'image/x-raw',
    extensions: cameraRawExtensions,
  },
  sgi: {
    ...byMagick('sgi'),
    contentType: 'image/sgi',
    extensions: ['sgi', 'rgb', 'rgba', 'bw'],
  },
  pcx: {
    ...byMagick('pcx'),
    contentType: 'image/vnd.zbrush.pcx',
    extensions: ['pcx'],
  },
  sun: {
    ...byMagick('sun'),
    contentType: 'image/x-sun-raster',
    extensions: ['ras', 'sun'],
  },
  xbm: {
    ...byMagick('xbm'),
    contentType: 'image/x-xbitmap',
    extensions: ['xbm'],
  },
  xpm: {
    ...byMagick('xpm'),
    contentType: 'image/x-xpixmap',
    extensions: ['xpm'],
  },
  dds: {
    ...byMagick('dds'),
    contentType: 'image/vnd.ms-dds',
    extensions: ['dds'],
  },
  pcd: {
    ...byMagick('pcd'),
    contentType: 'image/x-photo-cd',
    extensions: ['pcd'],
  },
  svg: {
    name: 'SVG',
    contentType: 'image/svg+xml',
    extensions: ['svg'],
    decoder: 'sharp, with `allowSvg`',
    matches: isSvg,
  },
  tga: {
    name: 'TGA',
    contentType: 'image/x-tga',
    extensions: ['tga'],
    decoder: 'built-in',
    matches: tga.matches,
  },
});

export type InputFormat = keyof typeof inputFormats;

/** The input format of the content; undefined if none matches. */
export function detectInputFormat(bytes: Uint8Array): InputFormat | undefined {
  return (Object.keys(inputFormats) as InputFormat[]).find((format) =>
    inputFormats[format].matches(bytes),
  );
}
