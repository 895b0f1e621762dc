import sharp, { type Metadata } from 'sharp';
import type { Deadline } from '../deadline.ts';
import { asRgbTiff, cielabOffset } from '../decode/cielab-tiff.ts';
import { mapDecoderErrors } from '../decode/decoder-error.ts';
import { type ExtraSamples, extraSamplesOf } from '../decode/extra-samples.ts';
import { avifOrientation, avifPages } from '../decode/heif/avif-sequence.ts';
import { loadDecoder, type OwnDecoder, ownDecoderFor } from '../decode/own-decoders.ts';
import { serializeSvgReads } from '../decode/svg/serialize-svg-reads.ts';
import type { WasmHeader } from '../decode/wasm/wasm-decoder.ts';
import { ConversionError } from '../errors.ts';
import type { Recipe } from '../recipe/recipe-options.ts';
import { readResolution } from '../resolution/read-resolution.ts';
import type { Resolution } from '../resolution/resolution.ts';
import { pngOrientation } from './exif.ts';
import { type InputFormat, inputFormats } from './input-formats.ts';
import { pngPages } from './png-chunks.ts';
import { type StatedColours, statedColours } from './stated-colours.ts';
import { unreadVariantOf } from './unread-variant.ts';

/** What a file’s header says about its image. */
export interface SourceImage {
  format: InputFormat;
  sizeBytes: number;
  /** As stored: an orientation of 5 to 8 swaps width and height. */
  width: number;
  height: number;
  /** Including alpha. */
  channels: number;
  /** Bits per sample as stored; bits per index if there is a palette. */
  depth: number;
  pages: number;
  /** Whether there is an alpha channel. All pixels may still be opaque. */
  hasAlpha: boolean;
  /** EXIF orientation from 1 to 8, if the file has one. */
  orientation?: number;
  /** Stored from coarse to fine: a progressive JPEG or an interlaced PNG. */
  isProgressive?: boolean;
}

/** The header plus what decoding and encoding need. */
export interface SourceFile extends StatedColours {
  image: SourceImage;
  samples: SampleKind;
  /** Of a TIFF that says what they are; `image.hasAlpha` takes them into account. */
  extraSamples?: ExtraSamples;
  /** More than 8 bits per sample after decoding. */
  isDeep: boolean;
  /** The decoder; without one, sharp reads the file. */
  decoder?: OwnDecoder;
  timing?: Timing;
  resolution?: Resolution;
  /** Bytes that decoding allocates regardless of the number of pixels. */
  extraBytes?: number;
}

/** Animation timing: milliseconds per frame, and the number of loops; 0 means forever. */
export interface Timing {
  delay: number[];
  loop: number;
}

/** Reads the header without decoding pixels. Throws `ConversionError`. */
export async function readHeader(
  bytes: Uint8Array,
  format: InputFormat,
  { tolerate, compat, deadline }: Pick<Recipe, 'tolerate' | 'compat'> & { deadline: Deadline },
): Promise<SourceFile> {
  checkVariant(bytes, format, compat);
  const decoder = ownDecoderFor(format, bytes, { compat });
  if (decoder) return await readOwnHeader(bytes, { format, decoder, deadline });
  // Counting the frames of a GIF requires reading all of it.
  const isLenient = tolerate === 'truncated' && format === 'gif';
  return await readSharpHeader(bytes, format, { isLenient, compat });
}

function checkVariant(bytes: Uint8Array, format: InputFormat, compat: Recipe['compat']): void {
  const variant = unreadVariantOf(format, bytes, compat);
  if (!variant) return;
  throw new ConversionError(
    'UNSUPPORTED_FORMAT',
    `Expected a supported kind of ${inputFormats[format].name} image but received ${variant.name}. ${variant.cure}`,
  );
}

async function readOwnHeader(
  bytes: Uint8Array,
  { format, decoder, deadline }: { format: InputFormat; decoder: OwnDecoder; deadline: Deadline },
): Promise<SourceFile> {
  const header: WasmHeader = await (await loadDecoder(decoder)).readHeader(bytes, deadline);
  const { icc, cicp, extraBytes, storedOrientation: orientation, isCmyk, decodedDepth } = header;
  const { width, height, channels, depth, pages, hasAlpha } = header;
  const resolution = readResolution(bytes, format, header.orientation);
  return {
    image: {
      ...{ format, sizeBytes: bytes.length, width, height, channels, depth, pages, hasAlpha },
      ...(orientation && { orientation }),
    },
    samples: isCmyk ? 'cmyk' : channels <= 2 ? 'gray' : 'rgb',
    isDeep: (decodedDepth ?? depth) > 8,
    decoder,
    ...(icc && { icc }),
    ...(cicp && { cicp }),
    ...(resolution && { resolution }),
    ...(extraBytes && { extraBytes }),
  };
}

async function readSharpHeader(
  bytes: Uint8Array,
  format: InputFormat,
  { isLenient, compat }: Pick<Recipe, 'compat'> & { isLenient: boolean },
): Promise<SourceFile> {
  const isLab = format === 'tiff' && cielabOffset(bytes) !== undefined;
  const reader = sharp(isLab ? asRgbTiff(bytes) : bytes, {
    failOn: isLenient ? 'none' : 'error',
    // The limits are checked later, with an error that states the image size.
    limitInputPixels: false,
    limitInputChannels: false,
  });
  const metadata = await mapDecoderErrors(
    format,
    serializeSvgReads(format, () => reader.metadata()),
  );
  const { delay, loop = 0, pages = 1 } = metadata;
  const applied = format === 'avif' ? avifOrientation(bytes) : undefined;
  const resolution = readResolution(bytes, format, applied);
  const extraSamples = format === 'tiff' ? extraSamplesOf(bytes) : undefined;
  const samples = sampleKind(metadata, { format, compat, extraSamples });
  return {
    image: imageOf(metadata, { format, bytes, extraSamples }),
    samples: isLab ? 'lab' : samples,
    isDeep: isLab || (metadata.depth !== 'uchar' && !isUnscaled(metadata)),
    ...(extraSamples && { extraSamples }),
    ...statedColours(bytes, format, metadata),
    ...(delay && pages > 1 && { timing: { delay, loop } }),
    ...(resolution && { resolution }),
    // Its odd tags are removed in a copy.
    ...(format === 'tiff' && { extraBytes: bytes.length }),
  };
}

interface ImageParts {
  format: InputFormat;
  bytes: Uint8Array;
  extraSamples: ExtraSamples | undefined;
}

function imageOf(metadata: Metadata, { format, bytes, extraSamples }: ImageParts): SourceImage {
  // libvips does not find the EXIF data that follow a PNG’s image data or are in a text.
  const orientation =
    metadata.orientation ?? (format === 'png' ? pngOrientation(bytes) : undefined);
  return {
    format,
    sizeBytes: bytes.length,
    width: metadata.width,
    height: metadata.height,
    channels: metadata.channels,
    depth: metadata.bitsPerSample ?? 8,
    pages: pagesOf[format]?.(bytes) ?? metadata.pages ?? 1,
    hasAlpha: extraSamples ? extraSamples.alphaAt !== undefined : metadata.hasAlpha,
    ...(orientation && { orientation }),
    ...(metadata.isProgressive && { isProgressive: true }),
  };
}

/** libvips knows one image of a PNG, and counts the tiles of an AVIF. */
const pagesOf: Partial<Record<InputFormat, (bytes: Uint8Array) => number>> = {
  png: pngPages,
  avif: avifPages,
};

/** Sample types with a known black and white, by libvips name. Only TIFF can hold others. */
const readableSamples = {
  'b-w': { types: ['uchar'], colours: 1, space: 'gray' },
  grey16: { types: ['ushort'], colours: 1, space: 'gray' },
  srgb: { types: ['uchar'], colours: 3, space: 'rgb' },
  rgb16: { types: ['ushort'], colours: 3, space: 'rgb' },
  scrgb: { types: ['float'], colours: 3, space: 'absolute' },
  lab: { types: ['float'], colours: 3, space: 'absolute' },
  labs: { types: ['short'], colours: 3, space: 'absolute' },
  cmyk: { types: ['uchar', 'ushort'], colours: 4, space: 'cmyk' },
} as const satisfies Record<string, SampleFacts>;

interface SampleFacts {
  types: readonly string[];
  colours: number;
  /** `absolute`: the values mean the same colour regardless of the profile. */
  space: 'gray' | 'rgb' | 'cmyk' | 'absolute';
}

/** `lab`: 8-bit CIELAB as stored, which only this program converts. */
type SampleKind = SampleFacts['space'] | 'lab';

interface SampleParts extends Pick<Recipe, 'compat'>, Pick<ImageParts, 'format' | 'extraSamples'> {}

function sampleKind(metadata: Metadata, { format, compat, extraSamples }: SampleParts): SampleKind {
  const { space, depth, channels } = metadata;
  const readable: SampleFacts | undefined = readableSamples[space as keyof typeof readableSamples];
  const extra = extraSamples?.count ?? 1;
  if (readable?.types.includes(depth) && channels <= readable.colours + extra) {
    return readable.space;
  }
  if (compat === 'pillow' && isUnscaled(metadata)) return 'gray';
  throw new ConversionError(
    'UNSUPPORTED_FORMAT',
    `Expected gray, RGB, CMYK or Lab samples of a known scale, with one alpha channel at most unless the file names its extra samples, but this ${inputFormats[format].name} has ${channels} x ${depth} (${space}). Save it with 8 or 16 unsigned bits per sample.`,
  );
}

/**
 * Gray with an undefined white level. Pillow (its modes I and F) keeps the numbers and clamps them
 * to 0 to 255; libvips does the same when asked for 8 bits.
 */
function isUnscaled({ space, depth, channels }: Metadata): boolean {
  return space === 'b-w' && channels === 1 && ['short', 'int', 'uint', 'float'].includes(depth);
}
