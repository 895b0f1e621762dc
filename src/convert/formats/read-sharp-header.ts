import type { Metadata } from 'sharp';
import { asRgbTiff, cielabOffset } from '../decode/cielab-tiff.ts';
import { mapDecoderErrors } from '../decode/decoder-error.ts';
import { type ExtraSamples, extraSamplesOf } from '../decode/extra-samples.ts';
import { avifOrientation, avifPages } from '../decode/heif/avif-sequence.ts';
import { serializeSvgReads } from '../decode/svg/serialize-svg-reads.ts';
import { loadSharp } from '../load-sharp.ts';
import type { Recipe } from '../recipe/recipe-options.ts';
import { readResolution } from '../resolution/read-resolution.ts';
import { pngOrientation } from './exif.ts';
import type { InputFormat } from './input-formats.ts';
import { pngPages } from './png-chunks.ts';
import { isUnscaled, sampleKind } from './sample-kind.ts';
import type { SourceFile, SourceImage } from './source-file.ts';
import { statedColours } from './stated-colours.ts';

/** Reads the header of a format that sharp decodes. Throws `ConversionError`. */
export async function readSharpHeader(
  bytes: Uint8Array,
  format: InputFormat,
  { isLenient, compat }: Pick<Recipe, 'compat'> & { isLenient: boolean },
): Promise<SourceFile> {
  const isLab = format === 'tiff' && cielabOffset(bytes) !== undefined;
  const sharp = await loadSharp();
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
