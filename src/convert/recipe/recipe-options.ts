import { type FormatFacts, type OutputFormat, outputFormats } from '../formats/output-formats.ts';
import { type Method, methods } from './methods.ts';
import { mixExpected, parseMix, spellMix } from './mix-weights.ts';
import { integer, oneOf, type RecipeOption, trueOrFalse } from './recipe-option.ts';

/** Everything that determines the output, apart from the image itself. */
export interface Recipe {
  /** Method that converts colours to gray, for example `rec601` (default) or `mix:2,7,1`. */
  readonly method: Method;
  /** Output format. `source`: that of the input if it can be written, otherwise PNG. Default: `png`. */
  readonly format: OutputFormat | 'source';
  /** Quality of JPEG, WebP and AVIF outputs, 1 to 100. Default: 75. */
  readonly quality: number;
  /** Encoding effort for WebP (0 to 6) and AVIF (0 to 9). Default: 4. */
  readonly effort: number;
  /** PNG compression level, 0 to 9. 4 (default) uses the built-in encoder. */
  readonly compressionLevel: number;
  /** Lossless WebP and AVIF; JPEG outputs keep the luma of a JPEG unchanged. Default: false. */
  readonly lossless: boolean;
  /** Bits per sample of PNG and TIFF outputs. `source` keeps 16 of the input. Default: 8. */
  readonly depth: '1' | '2' | '4' | '8' | '16' | 'source';
  /** How depths below 8 choose their grays: the nearest (default), or error diffusion. */
  readonly dither: 'none' | 'floyd-steinberg';
  /** Colour profiles are applied (`managed`, default) or ignored (`raw`). */
  readonly colour: 'managed' | 'raw';
  /** Transparency is kept if possible (default), discarded, or flattened onto `background`. */
  readonly alpha: 'keep' | 'drop' | 'flatten';
  /** Background for flattening, as `#rrggbb`. Default: white. */
  readonly background: string;
  /** The EXIF orientation is applied (default) or ignored. */
  readonly orientation: 'apply' | 'ignore';
  /** Frames and pages to convert. Default: all, if the output format supports them. */
  readonly frames: 'all' | 'first';
  /** `pillow`: the gray values of Pillow’s `convert("L")`, including its quirks. Default: `none`. */
  readonly compat: 'none' | 'pillow';
  /** `truncated`: converts as much of a truncated file as can be decoded. Default: `none`. */
  readonly tolerate: 'none' | 'truncated';
  /** `copyright`: keeps creator, credit, copyright notice and licence, nothing else. Default: `none`. */
  readonly metadata: 'none' | 'copyright';
  /** Renders SVG instead of rejecting it. Default: false. */
  readonly allowSvg: boolean;
}

/**
 * The recipe that `compat: 'pillow'` implies, apart from its handling of 16 bits. Other values are
 * rejected.
 */
export const pillowRecipe = {
  method: 'rec601',
  depth: '8',
  colour: 'raw',
  alpha: 'drop',
  orientation: 'ignore',
  frames: 'first',
} as const satisfies Partial<Recipe>;

interface Option<Value> extends RecipeOption<Value> {
  /** Whether the option can change the output of a recipe. If absent, it always can. */
  affectsOutput?(recipe: Recipe): boolean;
}

const methodNames = oneOf(Object.keys(methods) as (keyof typeof methods)[]);
const depths = oneOf(['1', '2', '4', '8', '16', 'source']);

/** Whether the recipe asks for fewer than 8 bits per sample. */
export function hasFewGrays({ depth }: Recipe): boolean {
  return Number(depth) < 8;
}

/**
 * The options of a recipe. The library, the command line (`--method`), the environment
 * (`GRAY_METHOD`) and their documentation are derived from this table.
 */
export const recipeOptions: { readonly [Name in keyof Recipe]: Option<Recipe[Name]> } = {
  method: {
    default: 'rec601',
    description: 'Method that converts colours to gray. docs/semantics.md has the formulas.',
    expected: `${methodNames.expected}, or ${mixExpected}`,
    read: (value) => methodNames.read(value) ?? readMix(value),
    fromText: methodNames.fromText,
  },
  format: {
    default: 'png',
    description: 'Output format; `source` keeps the format of the input.',
    ...oneOf([...(Object.keys(outputFormats) as OutputFormat[]), 'source'], {
      jpg: 'jpeg',
      tif: 'tiff',
    }),
  },
  quality: {
    default: 75,
    description: 'Quality of JPEG, WebP and AVIF outputs.',
    ...integer(1, 100),
    affectsOutput: ({ format, lossless }) =>
      !lossless && formatHas(format, (facts) => facts.hasQuality),
  },
  effort: {
    default: 4,
    description:
      'Encoding effort for WebP (0 to 6) and AVIF (0 to 9). A higher effort makes smaller files but takes longer.',
    ...integer(0, 9),
    affectsOutput: ({ format }) => formatHas(format, (facts) => facts.effort !== undefined),
  },
  compressionLevel: {
    default: 4,
    description:
      'PNG compression level. 4 (default) uses the built-in encoder; other levels use sharp’s.',
    ...integer(0, 9),
    affectsOutput: ({ format }) => formatHas(format, (facts) => facts.hasCompressionLevel),
  },
  lossless: {
    default: false,
    description:
      'Lossless WebP and AVIF outputs, and JPEG outputs that keep the luma of a JPEG unchanged.',
    ...trueOrFalse(),
    affectsOutput: ({ format }) => formatHas(format, (facts) => facts.hasLossless),
  },
  depth: {
    default: '8',
    description:
      'Bits per sample of PNG and TIFF outputs; `source` keeps the 8 or 16 bits of the input. 1, 2 and 4 require PNG or TIFF.',
    ...depths,
    read: (value) => depths.read(typeof value === 'number' ? String(value) : value),
    affectsOutput: ({ format }) => formatHas(format, (facts) => facts.maxDepth > 8),
  },
  dither: {
    default: 'none',
    description:
      'How a depth of 1, 2 or 4 rounds grays: to the nearest (`none`), or with error diffusion (`floyd-steinberg`).',
    ...oneOf(['none', 'floyd-steinberg']),
    affectsOutput: hasFewGrays,
  },
  colour: {
    default: 'managed',
    description:
      'Whether profiles and other colour information are applied (`managed`) or ignored (`raw`).',
    ...oneOf(['managed', 'raw']),
  },
  alpha: {
    default: 'keep',
    description:
      'Transparency: kept if the format supports it (`keep`), discarded (`drop`), or flattened onto `background` (`flatten`).',
    ...oneOf(['keep', 'drop', 'flatten']),
  },
  background: {
    default: '#ffffff',
    description: 'Background colour for flattening.',
    expected: 'a colour as #rgb or #rrggbb',
    read: readColour,
    fromText: (text) => text,
    affectsOutput: ({ alpha, format }) =>
      alpha === 'flatten' ||
      (alpha === 'keep' && formatHas(format, (facts) => facts.alpha === 'none')),
  },
  orientation: {
    default: 'apply',
    description: 'Whether the EXIF orientation is applied or ignored.',
    ...oneOf(['apply', 'ignore']),
  },
  frames: {
    default: 'all',
    description:
      'Frames and pages to convert: all, if the output format supports them, or only the first.',
    ...oneOf(['all', 'first']),
    affectsOutput: ({ format }) => formatHas(format, (facts) => facts.hasFrames),
  },
  compat: {
    default: 'none',
    description:
      'With `pillow`, the gray values are those of `Image.open(file).convert("L")`, including its quirks.',
    ...oneOf(['none', 'pillow']),
  },
  tolerate: {
    default: 'none',
    description:
      'With `truncated`, the decodable part of truncated JPEG, PNG, GIF and TIFF files is converted.',
    ...oneOf(['none', 'truncated']),
  },
  metadata: {
    default: 'none',
    description:
      'With `copyright`, PNG, JPEG, WebP and TIFF outputs keep creator, credit line, copyright notice and licence URL of the source. No other text is ever kept.',
    ...oneOf(['none', 'copyright']),
    affectsOutput: ({ format }) => formatHas(format, (facts) => facts.hasCopyright),
  },
  allowSvg: {
    default: false,
    description: 'Render SVG instead of rejecting it. Nothing outside the file is read.',
    ...trueOrFalse(),
  },
};

/** Whether a format has a property; for `source`, whether any format has it. */
function formatHas(format: Recipe['format'], has: (facts: FormatFacts) => boolean): boolean {
  return format === 'source'
    ? Object.values<FormatFacts>(outputFormats).some(has)
    : has(outputFormats[format]);
}

function readMix(value: unknown): Method | undefined {
  const weights = typeof value === 'string' ? parseMix(value) : undefined;
  return weights && spellMix(weights);
}

function readColour(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^#([\da-f]{3}|[\da-f]{6})$/i.test(value)) return undefined;
  const digits = value.slice(1).toLowerCase();
  return `#${digits.length === 6 ? digits : [...digits].map((digit) => digit + digit).join('')}`;
}
