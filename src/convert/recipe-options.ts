import { type Method, methods } from './methods.ts';
import { mixExpected, parseMix, spellMix } from './mix-weights.ts';
import { type OutputFormat, outputFormats } from './output-formats.ts';
import { integer, oneOf, type RecipeOption } from './recipe-option.ts';

/** Everything besides the image itself that determines the output. */
export interface Recipe {
  readonly method: Method;
  readonly format: OutputFormat;
  /** 1 to 100, for the formats that have a quality. */
  readonly quality: number;
}

const methodNames = oneOf(Object.keys(methods) as (keyof typeof methods)[]);

/**
 * The options of a recipe. The library, the command line (`--method`), the environment
 * (`GRAY_METHOD`) and their documentation follow this table.
 */
export const recipeOptions: { readonly [Name in keyof Recipe]: RecipeOption<Recipe[Name]> } = {
  method: {
    default: 'rec601',
    description: 'How colours become gray; docs/semantics.md has the formulas.',
    expected: `${methodNames.expected}, or ${mixExpected}`,
    read: (value) => methodNames.read(value) ?? readMix(value),
    fromText: methodNames.fromText,
  },
  format: {
    default: 'png',
    description: 'Format of the outputs.',
    ...oneOf(Object.keys(outputFormats) as OutputFormat[]),
  },
  quality: { default: 75, description: 'Quality of JPEG and WebP outputs.', ...integer(1, 100) },
};

function readMix(value: unknown): Method | undefined {
  const weights = typeof value === 'string' ? parseMix(value) : undefined;
  return weights && spellMix(weights);
}
