import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { type FormatFacts, outputFormats } from '../formats/output-formats.ts';
import { hasFewGrays, pillowRecipe, type Recipe, recipeOptions } from './recipe-options.ts';

/** Omitted options get their defaults. */
export type RecipeOptions = {
  readonly [Name in keyof Recipe]?:
    | Recipe[Name]
    | (Name extends 'depth' ? 1 | 2 | 4 | 8 | 16 : never)
    | undefined;
};

/** An option of a recipe has an invalid value. */
export class RecipeError extends Error {
  readonly code = 'INVALID_RECIPE';
  readonly option: string;

  constructor(option: string, expected: string, received: unknown) {
    super(`Expected ${expected} for ${option} but received ${formatReceived(received)}`);
    this.name = 'RecipeError';
    this.option = option;
  }
}

/** Shortens a received value for messages, because it may be of any length. */
function formatReceived(received: unknown): string {
  return inspect(received, { maxStringLength: 100 });
}

/** Fills in the defaults. Throws {@link RecipeError} for an unknown name or an invalid value. */
export function resolveRecipe(given: RecipeOptions = {}): Recipe {
  for (const [name, value] of Object.entries(given)) {
    if (Object.hasOwn(recipeOptions, name)) continue;
    throw new RecipeError(name, `one of the options ${names.join(', ')}`, value);
  }
  const entries = names.map((name) => [name, resolve(name, given[name])]);
  const recipe = withCompat(Object.fromEntries(entries));
  checkEffort(recipe);
  checkDepth(recipe);
  return Object.freeze(recipe);
}

/**
 * Overrides defaults, which look the same as omitted options; rejects any other conflicting value.
 */
function withCompat(recipe: Recipe): Recipe {
  if (recipe.compat !== 'pillow') return recipe;
  for (const [name, value] of Object.entries(pillowRecipe)) {
    const given = recipe[name as keyof typeof pillowRecipe];
    if (given === value || given === recipeOptions[name as keyof Recipe].default) continue;
    throw new RecipeError(name, `${value} (because compat is pillow)`, given);
  }
  return { ...recipe, ...pillowRecipe };
}

const names = Object.keys(recipeOptions) as (keyof Recipe)[];

function resolve(name: keyof Recipe, value: unknown): unknown {
  const option = recipeOptions[name];
  if (value === undefined) return option.default;
  const read = option.read(value);
  if (read === undefined) throw new RecipeError(name, option.expected, value);
  return read;
}

/** Each format has its own range. */
function checkEffort({ format, effort }: Recipe): void {
  if (format === 'source') return;
  const { effort: range }: FormatFacts = outputFormats[format];
  if (!range || (effort >= range[0] && effort <= range[1])) return;
  throw new RecipeError('effort', `a whole number from ${range.join(' to ')}`, effort);
}

/** With the format `source`, this is checked once the format is known. */
function checkDepth(recipe: Recipe): void {
  const { format, depth } = recipe;
  if (!hasFewGrays(recipe) || format === 'source' || outputFormats[format].hasFewGrays) return;
  throw new RecipeError(
    'depth',
    `8, 16 or source (because format is ${format}; png and tiff have 1, 2 and 4)`,
    depth,
  );
}

/**
 * Names a recipe: recipes with equal hashes produce equal files from equal sources. The hash is the
 * SHA-256 of the recipe as JSON with sorted keys, cut to 16 hexadecimal digits. It always includes
 * method and format, and the quality if the format has one. Other options count only if they affect
 * the output and differ from the default: rows are found by this hash, so a new option must not
 * change it.
 */
export function recipeHash(recipe: Recipe): string {
  const entries = Object.entries(relevantOptions(recipe)).sort(([a], [b]) => (a < b ? -1 : 1));
  const canonical = JSON.stringify(Object.fromEntries(entries));
  return createHash('sha256').update(canonical).digest('hex').slice(0, 16);
}

/** A short description of the recipe, for example `rec601 jpeg quality=75`. */
export function describeRecipe(recipe: Recipe): string {
  const { method, format, ...rest } = relevantOptions(recipe);
  return [method, format, ...Object.entries(rest).map(([name, value]) => `${name}=${value}`)].join(
    ' ',
  );
}

function relevantOptions(recipe: Recipe): Pick<Recipe, 'method' | 'format'> & Partial<Recipe> {
  const { method, format, quality } = recipe;
  const isIncluded = (name: keyof Recipe) =>
    recipe[name] !== recipeOptions[name].default && affectsOutput(name, recipe);
  return {
    method,
    format,
    ...(affectsOutput('quality', recipe) && { quality }),
    ...Object.fromEntries(names.filter(isIncluded).map((name) => [name, recipe[name]])),
  };
}

function affectsOutput(name: keyof Recipe, recipe: Recipe): boolean {
  if (recipe.compat === 'pillow' && name in pillowRecipe) return false;
  return recipeOptions[name].affectsOutput?.(recipe) ?? true;
}
