import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { type OutputFormat, outputFormats } from './output-formats.ts';

const methods = ['rec601'] as const;

/** How colours become gray; `rec601` is Pillow’s `convert('L')`, bit for bit. */
export type Method = (typeof methods)[number];

/** Everything besides the image itself that determines the output. */
export interface Recipe {
  readonly method: Method;
  readonly format: OutputFormat;
  /** 1 to 100, for the formats that have a quality. */
  readonly quality: number;
}

export type RecipeOptions = { readonly [Name in keyof Recipe]?: Recipe[Name] | undefined };

/** An option of a recipe is not what it can be. */
export class RecipeError extends Error {
  readonly code = 'INVALID_RECIPE';
  readonly option: string;

  constructor(option: string, expected: string, received: unknown) {
    super(`Expected ${expected} for ${option} but received ${inspect(received)}`);
    this.name = 'RecipeError';
    this.option = option;
  }
}

interface Option<Value> {
  default: Value;
  /** Completes “Expected …”. */
  expected: string;
  accepts(value: unknown): boolean;
}

const options: { [Name in keyof Recipe]: Option<Recipe[Name]> } = {
  method: oneOf(methods, 'rec601'),
  format: oneOf(Object.keys(outputFormats) as OutputFormat[], 'png'),
  quality: integer(1, 100, 75),
};

/** Fills in the defaults. Throws {@link RecipeError} for a name or a value that there is not. */
export function resolveRecipe(given: RecipeOptions = {}): Recipe {
  for (const [name, value] of Object.entries(given)) {
    const option = Object.hasOwn(options, name) ? options[name as keyof Recipe] : undefined;
    if (!option)
      throw new RecipeError(name, `one of the options ${list(Object.keys(options))}`, value);
    if (value !== undefined && !option.accepts(value)) {
      throw new RecipeError(name, option.expected, value);
    }
  }
  return Object.freeze({
    method: given.method ?? options.method.default,
    format: given.format ?? options.format.default,
    quality: given.quality ?? options.quality.default,
  });
}

/**
 * Names a recipe: recipes with equal hashes make equal files of equal sources. It is the SHA-256 of
 * the recipe as JSON, keys sorted, without the options that do not matter for its format; the first
 * 16 hexadecimal digits. Rows are found by it, so an option that is added later must stay out while
 * it has the value that stood for all recipes before it.
 */
export function recipeHash(recipe: Recipe): string {
  const entries = Object.entries(whatMatters(recipe)).sort(([a], [b]) => (a < b ? -1 : 1));
  const canonical = JSON.stringify(Object.fromEntries(entries));
  return createHash('sha256').update(canonical).digest('hex').slice(0, 16);
}

/** The recipe in a few words, such as `rec601 jpeg quality=75`. */
export function describeRecipe(recipe: Recipe): string {
  const { method, format, ...rest } = whatMatters(recipe);
  return [method, format, ...Object.entries(rest).map(([name, value]) => `${name}=${value}`)].join(
    ' ',
  );
}

function whatMatters(recipe: Recipe): Pick<Recipe, 'method' | 'format'> & Partial<Recipe> {
  const { method, format, quality } = recipe;
  return { method, format, ...(outputFormats[format].hasQuality && { quality }) };
}

function oneOf<Value extends string>(allowed: readonly Value[], byDefault: Value): Option<Value> {
  return {
    default: byDefault,
    expected: `one of ${list(allowed)}`,
    accepts: (value) => allowed.some((word) => word === value),
  };
}

function integer(min: number, max: number, byDefault: number): Option<number> {
  return {
    default: byDefault,
    expected: `a whole number from ${min} to ${max}`,
    accepts: (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
  };
}

function list(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(', ');
}
