import type { Recipe } from '../recipe/recipe-options.ts';
import { hasText } from './bytes.ts';
import type { InputFormat } from './input-formats.ts';
import { jpegFrame } from './jpeg-frame.ts';
import { isRareTiff, tiffVariant } from './tiff-variant.ts';

/** A variant of an accepted format that no decoder reads, and what the user can do. */
export interface UnreadVariant {
  name: string;
  cure: string;
}

/**
 * The variant of a valid file that is not read; undefined if it is read. It is decided by the
 * header alone, because decoders report such files as damaged.
 */
export function unreadVariantOf(
  format: InputFormat,
  bytes: Uint8Array,
  compat: Recipe['compat'],
): UnreadVariant | undefined {
  if (format === 'jpeg') return unreadJpeg(bytes);
  if (format === 'tiff') return unreadTiff(bytes, compat);
  if (format === 'png' && hasText(bytes, 'CgBI', 12)) return cgbi;
  if (format === 'dds' && isLuminanceDds(bytes)) return luminanceDds;
  return undefined;
}

const [lossless, jpegLs] = [0xc3, 0xf7];
/** Differential and lossless frames: ITU-T T.81, table B.1. */
const rareFrames = [0xc5, 0xc6, 0xc7, 0xcb, 0xcd, 0xce, 0xcf];

function unreadJpeg(bytes: Uint8Array): UnreadVariant | undefined {
  const frame = jpegFrame(bytes);
  if (!frame) return undefined;
  const { marker, precision } = frame;
  if (marker === jpegLs) return { name: 'JPEG-LS', cure: convertJpegLs(precision) };
  if (marker === lossless) return { name: 'lossless JPEG', cure: djpeg };
  if (rareFrames.includes(marker)) return { name: 'hierarchical JPEG', cure: saveAgain };
  if (precision === 12) return { name: '12-bit JPEG', cure: `${convert} ffmpeg -i in.jpg out.png` };
  return undefined;
}

const convert = 'Convert it first:';
const saveAgain = 'Save it as PNG, TIFF or baseline JPEG.';
const djpeg = `${convert} djpeg -pnm in.jpg > out.pnm, of libjpeg-turbo 3 or newer.`;

/** ffmpeg leaves 9 to 15 bits in the lower bits of 16. */
function convertJpegLs(precision: number): string {
  const factor = 2 ** (16 - precision);
  const scale = precision > 8 && precision < 16 ? ` -vf lut=c0=val*${factor}` : '';
  return `${convert} ffmpeg -i in.jpg${scale} out.png`;
}

const cgbi = {
  name: 'a PNG of Apple’s own kind (CgBI)',
  cure: 'Use the PNG that the app was built from, or convert it on a Mac: sips -s format png in.png --out out.png',
};

/** Compressions that neither libvips nor ImageMagick has: https://www.awaresystems.be/imaging/tiff/tifftags/compression.html. */
const unreadCompressions: Record<number, string> = {
  34661: 'JBIG',
  34712: 'JPEG 2000',
  34887: 'LERC',
  34925: 'LZMA',
  50000: 'Zstandard',
  50002: 'JPEG XL',
  52546: 'JPEG XL',
};

function unreadTiff(bytes: Uint8Array, compat: Recipe['compat']): UnreadVariant | undefined {
  const variant = tiffVariant(bytes);
  if (!variant) return undefined;
  const { bits, sampleFormat, compression, isTiled, isPlanar } = variant;
  const coding = unreadCompressions[compression];
  if (coding) {
    const cure = `${convert} tiffcp -c lzw in.tif out.tif`;
    return { name: `a TIFF with ${coding} compression`, cure };
  }
  const cure = 'Save it with 8 or 16 unsigned bits a sample.';
  if (sampleFormat > 3) return { name: 'a TIFF of complex numbers', cure };
  if (bits > 32) return { name: `a TIFF with ${bits} bits a sample`, cure };
  if (isTiled && isPlanar && !isRareTiff(bytes, compat)) {
    return { name: 'a TIFF with CIELAB, signed or floating-point colours in separate tiles', cure };
  }
  return undefined;
}

/** DDPF_LUMINANCE in the flags of the pixel format: the DDS_PIXELFORMAT structure of Direct3D. */
function isLuminanceDds(bytes: Uint8Array): boolean {
  return ((bytes[82] ?? 0) & 2) !== 0;
}

const luminanceDds = {
  name: 'a DDS of luminance without compression',
  cure: 'Save it as PNG.',
};
