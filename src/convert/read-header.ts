import sharp, { type Metadata } from 'sharp';
import { orCorrupt } from './decoder-error.ts';
import { ConversionError } from './errors.ts';
import { type InputFormat, inputFormats } from './input-formats.ts';

/** What a file’s header says of the image in it. */
export interface SourceImage {
  format: InputFormat;
  sizeBytes: number;
  /** As stored: an orientation of 5 to 8 swaps it with the height. */
  width: number;
  height: number;
  /** Alpha included. */
  channels: number;
  /** Bits a sample as stored; where there is a palette, bits of its index. */
  depth: number;
  pages: number;
  /** There is an alpha channel. Its pixels may still all be opaque. */
  hasAlpha: boolean;
  /** EXIF’s 1 to 8, where the file has it. */
  orientation?: number;
  /** Stored coarse to fine: a progressive JPEG, an interlaced PNG. */
  isProgressive?: boolean;
}

/** Asks the decoder for the header alone. Throws `ConversionError`. */
export async function readHeader(bytes: Uint8Array, format: InputFormat): Promise<SourceImage> {
  const reader = sharp(bytes, {
    failOn: 'error',
    // Whoever checks the limits wants to say how large the image is.
    limitInputPixels: false,
    limitInputChannels: false,
  });
  const metadata = await orCorrupt(format, reader.metadata());
  checkSamples(metadata, format);
  return {
    format,
    sizeBytes: bytes.length,
    width: metadata.width,
    height: metadata.height,
    channels: metadata.channels,
    depth: metadata.bitsPerSample ?? 8,
    pages: metadata.pages ?? 1,
    hasAlpha: metadata.hasAlpha,
    ...(metadata.orientation && { orientation: metadata.orientation }),
    ...(metadata.isProgressive && { isProgressive: true }),
  };
}

/** Samples with a known black and white, in libvips’ names. Only TIFF can hold others. */
const readableSamples: Record<string, { types: readonly string[]; colours: number }> = {
  'b-w': { types: ['uchar'], colours: 1 },
  grey16: { types: ['ushort'], colours: 1 },
  srgb: { types: ['uchar'], colours: 3 },
  rgb16: { types: ['ushort'], colours: 3 },
  scrgb: { types: ['float'], colours: 3 },
  lab: { types: ['float'], colours: 3 },
  labs: { types: ['short'], colours: 3 },
  cmyk: { types: ['uchar', 'ushort'], colours: 4 },
};

function checkSamples({ space, depth, channels }: Metadata, format: InputFormat): void {
  const readable = readableSamples[space];
  if (readable?.types.includes(depth) && channels <= readable.colours + 1) return;
  throw new ConversionError(
    'UNSUPPORTED_FORMAT',
    `Expected gray, RGB, CMYK or Lab samples of a known scale, with one alpha channel at most, but this ${inputFormats[format].name} has ${channels} x ${depth} (${space}). Save it with 8 or 16 unsigned bits a sample.`,
  );
}
