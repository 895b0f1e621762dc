import fc, { type Arbitrary } from 'fast-check';
import type { FormatFacts } from '../../src/convert/formats/output-formats.ts';
import {
  methods,
  outputFormats,
  type Recipe,
  type RecipeOptions,
  recipeOptions,
} from '../../src/convert/index.ts';
import { pillowRecipe } from '../../src/convert/recipe/recipe-options.ts';
import { chance, simpleIn } from './arbitraries.ts';

const mixes = ['mix:1,0,0', 'mix:1,2,1', 'mix:0.2,0.5,0.3'];
const outputNames = Object.keys(outputFormats) as (keyof typeof outputFormats)[];

/** Options whose values are not a short list of words. */
const others = {
  method: fc.constantFrom(...Object.keys(methods), ...mixes),
  quality: fc.integer({ min: 1, max: 100 }),
  // fast-check prefers extremes, and the maximum effort takes seconds.
  effort: fc.noBias(fc.nat(9)),
  compressionLevel: fc.nat(9),
  lossless: chance(50),
  allowSvg: chance(90),
  background: fc
    .uint8Array({ minLength: 3, maxLength: 3 })
    .map((bytes) => `#${Buffer.from(bytes).toString('hex')}`),
} satisfies Partial<Record<keyof Recipe, Arbitrary<unknown>>>;

/** Each option has its default in 60 % of cases, and otherwise any of its values. */
export const recipes: Arbitrary<RecipeOptions> = fc
  .record({
    ...Object.fromEntries(
      Object.keys(recipeOptions).map((name) => [
        name,
        simpleIn(60, fc.constant(undefined), valuesOf(name as keyof Recipe)),
      ]),
    ),
    format: simpleIn(40, fc.constant('png'), fc.constantFrom(...outputNames, 'source')),
  })
  .map(permitted);

/** An option missing from both tables is an error until it is added above. */
function valuesOf(name: keyof Recipe): Arbitrary<unknown> {
  const { choices } = recipeOptions[name];
  if (name in others) return others[name as keyof typeof others];
  if (choices) return fc.constantFrom(...choices);
  throw new Error(`Expected an arbitrary for the option ${name} in test/fuzz/recipes.ts`);
}

function permitted(drawn: Record<string, unknown>): RecipeOptions {
  const isPillow = drawn.compat === 'pillow';
  const options = Object.entries(drawn).filter(
    ([name, value]) => value !== undefined && !(isPillow && name in pillowRecipe),
  );
  const recipe = withPossibleDepth(Object.fromEntries(options));
  if (recipe.effort === undefined) return recipe;
  const [min, max] = effortsOf(recipe.format);
  return { ...recipe, effort: min + (recipe.effort % (max - min + 1)) };
}

/** Only some formats have fewer than 8 bits. */
function withPossibleDepth({ depth, ...recipe }: RecipeOptions): RecipeOptions {
  const { format = 'png' } = recipe;
  const isFew = Number(depth) < 8 && format !== 'source' && !outputFormats[format].hasFewGrays;
  return depth === undefined || isFew ? recipe : { ...recipe, depth };
}

function effortsOf(format: RecipeOptions['format']): readonly [min: number, max: number] {
  const facts: FormatFacts | undefined =
    format === 'source' || format === undefined ? undefined : outputFormats[format];
  return facts?.effort ?? [0, 9];
}
