import { hasText, textAt } from '../../formats/bytes.ts';
import { cameraRawOf } from '../../formats/camera-raw.ts';
import { countTiffPages } from '../../formats/tiff-pages.ts';
import { extraSamplesOf } from '../extra-samples.ts';

/** How a format is read by ImageMagick. */
export interface MagickCoder {
  /** The format, for people. */
  name: string;
  /**
   * ImageMagick’s name of the decoder. It is always given, so ImageMagick neither guesses a format
   * nor follows a prefix in the file.
   */
  coder: string;
  matches(bytes: Uint8Array): boolean;
  /** Bits per sample as stored, where ImageMagick reports those that it keeps. */
  depth?(bytes: Uint8Array): number;
  /** The number of pages, if there can be more than one: a camera raw’s others are previews. */
  pages?(bytes: Uint8Array): number;
  /** Whether the file has opacity, where the header that ImageMagick reads does not say it. */
  hasAlpha?(bytes: Uint8Array): boolean;
  /** Bytes per pixel that decoding needs, if more than usual: docs/adr/0006-decoders-from-npm.md. */
  bytesPerPixel?: number;
  /** Whether ImageMagick confuses black and white. */
  isInverted?(bytes: Uint8Array): boolean;
  /** The index of the image to read, where it is not the first. */
  frame?: number;
  /** Options of the decoder. */
  defines?: Record<string, string>;
}

/** Bytes per pixel that decoding needs in addition to its output. */
export const usualBytes = 24;

/** C source: a definition of the width, after comments. */
const xbmStart = /^\s*(?:\/\*(?:[^*]|\*(?!\/))*\*\/\s*)*#define\s+\w*width\s+\d/;

/** The formats that only ImageMagick reads. Nothing else in it is reachable: magick-policy.ts. */
export const magickFormats = {
  raw: {
    name: 'camera raw',
    coder: 'DNG',
    matches: (bytes) => cameraRawOf(bytes) !== undefined,
    // Without it, LibRaw would balance the colours as for daylight.
    // Sensors have 10 to 16 bits.
    depth: () => 16,
    bytesPerPixel: 40,
    defines: { 'dng:use-camera-wb': 'true' },
  },
  // The version, run-length encoding or not, and one or two bytes per sample.
  sgi: {
    name: 'SGI',
    coder: 'SGI',
    matches: (bytes) =>
      ['\0\x01', '\0\x02', '\x01\x01', '\x01\x02'].some((kind) =>
        hasText(bytes, `\x01\xda${kind}`),
      ),
    depth: (bytes) => 8 * (bytes[3] ?? 1),
  },
  // One bit in one plane: 0 is black, as for Pillow, FFmpeg and netpbm, regardless of the palette.
  pcx: {
    name: 'PCX',
    coder: 'PCX',
    matches: isPcx,
    isInverted: (bytes) => bytes[3] === 1 && bytes[65] === 1,
  },
  sun: { name: 'Sun raster', coder: 'SUN', matches: (bytes) => hasText(bytes, '\x59\xa6\x6a\x95') },
  xbm: {
    name: 'XBM',
    coder: 'XBM',
    matches: (bytes) => xbmStart.test(startOf(bytes)),
  },
  xpm: {
    name: 'XPM',
    coder: 'XPM',
    matches: (bytes) => /^\s*\/\*\s*XPM\s*\*\//.test(startOf(bytes)),
  },
  dds: { name: 'DDS', coder: 'DDS', matches: (bytes) => hasText(bytes, 'DDS ') },
  // The base image of 768 x 512: each lower number is half as large.
  pcd: {
    name: 'Photo CD',
    coder: 'PCD',
    matches: (bytes) => hasText(bytes, 'PCD_', 2_048),
    frame: 3,
  },
} as const satisfies Record<string, MagickCoder>;

export type MagickFormat = keyof typeof magickFormats;

/** The formats of which ImageMagick reads only the variants that the usual decoder does not. */
const variantCoders: readonly MagickCoder[] = [
  {
    name: 'TIFF',
    coder: 'TIFF',
    matches: (bytes) => ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].some((start) => hasText(bytes, start)),
    pages: countTiffPages,
    hasAlpha: (bytes) => extraSamplesOf(bytes)?.alphaAt !== undefined,
  },
  { name: 'JPEG 2000', coder: 'JP2', matches: (bytes) => hasText(bytes, '\0\0\0\x0cjP  ') },
  { name: 'JPEG 2000', coder: 'J2K', matches: (bytes) => hasText(bytes, '\xff\x4f\xff\x51') },
];

/** Every decoder that is ever asked for. */
export const allowedCoders: readonly string[] = [
  ...Object.values(magickFormats),
  ...variantCoders,
].map(({ coder }) => coder);

/**
 * The decoder for content that was routed to ImageMagick. Most camera raws are TIFFs, so the
 * formats come first.
 */
export function magickCoderFor(bytes: Uint8Array): MagickCoder {
  const coders: readonly MagickCoder[] = [...Object.values(magickFormats), ...variantCoders];
  const coder = coders.find(({ matches }) => matches(bytes));
  if (!coder) throw new Error('Expected a file of a format that ImageMagick reads here.');
  const maker = coder.coder === magickFormats.raw.coder && cameraRawOf(bytes);
  return maker ? { ...coder, name: `${coder.name} (${maker})` } : coder;
}

/** A version, the encoding and bits per sample: the format has no better signature. */
function isPcx([mark, version = 9, encoding, bits = 0]: Uint8Array): boolean {
  return mark === 10 && version <= 5 && encoding === 1 && [1, 2, 4, 8].includes(bits);
}

function startOf(bytes: Uint8Array): string {
  return textAt(bytes, 0, 1_024);
}
