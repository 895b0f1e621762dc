import { type RecipeOptions, resolveRecipe } from '../convert/recipe/recipe.ts';
import { type Recipe, recipeOptions } from '../convert/recipe/recipe-options.ts';
import { parserOf, type Variable, variable } from './variable.ts';

type RecipeVariables = { [Name in keyof Recipe]: Variable<Recipe[Name], Recipe[Name]> };

/** Each option of a recipe has a variable: `GRAY_COMPRESSION_LEVEL` sets `compressionLevel`. */
export const recipe = Object.fromEntries(
  Object.entries(recipeOptions).map(([option, facts]) => {
    const name = `GRAY_${option.replace(/[A-Z]/g, '_$&').toUpperCase()}`;
    const allowed = facts.expected[0]?.toUpperCase() + facts.expected.slice(1);
    const description = `${facts.description} ${allowed}.`;
    return [option, variable<unknown>(name, parserOf<unknown>(facts), facts.default, description)];
  }),
) as RecipeVariables;

/** The configured recipe; options that are passed override it. Throws `RecipeError`. */
export function recipeOf(config: { recipe: Recipe }, overrides: RecipeOptions = {}): Recipe {
  const names = Object.keys(recipeOptions) as (keyof Recipe)[];
  return resolveRecipe(
    Object.fromEntries(names.map((name) => [name, overrides[name] ?? config.recipe[name]])),
  );
}
