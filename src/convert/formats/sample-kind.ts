import type { Metadata } from 'sharp';
import type { ExtraSamples } from '../decode/extra-samples.ts';
import { ConversionError } from '../errors.ts';
import type { Recipe } from '../recipe/recipe-options.ts';
import { type InputFormat, inputFormats } from './input-formats.ts';
import type { SampleKind } from './source-file.ts';

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
  space: Exclude<SampleKind, 'lab'>;
}

interface SampleParts extends Pick<Recipe, 'compat'> {
  format: InputFormat;
  extraSamples: ExtraSamples | undefined;
}

/** What libvips will decode. Throws `ConversionError` if black and white are unknown. */
export function sampleKind(
  metadata: Metadata,
  { format, compat, extraSamples }: SampleParts,
): SampleKind {
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
export function isUnscaled({ space, depth, channels }: Metadata): boolean {
  return space === 'b-w' && channels === 1 && ['short', 'int', 'uint', 'float'].includes(depth);
}
