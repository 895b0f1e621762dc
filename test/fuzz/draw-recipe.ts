import type { FormatFacts } from '../../src/convert/formats/output-formats.ts';
import {
  methods,
  outputFormats,
  type Recipe,
  type RecipeOptions,
  recipeOptions,
} from '../../src/convert/index.ts';
import { pillowRecipe } from '../../src/convert/recipe/recipe-options.ts';
import type { Draw } from './draw.ts';

const mixes = ['mix:1,0,0', 'mix:1,2,1', 'mix:0.2,0.5,0.3'];

/** How the options are drawn that are not one of a few words. */
const others = {
  method: (draw: Draw) => draw.pick([...Object.keys(methods), ...mixes]),
  quality: (draw: Draw) => 1 + draw.below(100),
  effort: (draw: Draw, format: Recipe['format']) => drawEffort(draw, format),
  compressionLevel: (draw: Draw) => draw.below(10),
  lossless: (draw: Draw) => draw.chance(0.5),
  allowSvg: (draw: Draw) => draw.chance(0.9),
  background: (draw: Draw) => `#${draw.bytes(3).toString('hex')}`,
} satisfies Partial<Record<keyof Recipe, (draw: Draw, format: Recipe['format']) => unknown>>;

/**
 * Each option of the table is the default in some cases and anything else that it can be in others.
 * An option of another kind than the ones above is an error until it is added there.
 */
export function drawRecipe(draw: Draw): RecipeOptions {
  const format = draw.chance(0.4) ? 'png' : draw.pick([...outputNames, 'source' as const]);
  const drawn: Record<string, unknown> = { format };
  for (const [name, { choices }] of Object.entries(recipeOptions)) {
    const draws: ((draw: Draw, format: Recipe['format']) => unknown) | undefined =
      others[name as keyof typeof others];
    if (name === 'format' || draw.chance(0.6)) continue;
    if (draws) drawn[name] = draws(draw, format);
    else if (choices) drawn[name] = draw.pick(choices);
    else throw new Error(`Expected a way to draw the option ${name} in test/fuzz/draw-recipe.ts`);
  }
  // Nothing else goes with it.
  if (drawn.compat === 'pillow') for (const name of Object.keys(pillowRecipe)) delete drawn[name];
  return drawn;
}

const outputNames = Object.keys(outputFormats) as (keyof typeof outputFormats)[];

function drawEffort(draw: Draw, format: Recipe['format']): number {
  const facts: FormatFacts | undefined = format === 'source' ? undefined : outputFormats[format];
  const [min, max] = facts?.effort ?? [0, 9];
  return min + draw.below(max - min + 1);
}
