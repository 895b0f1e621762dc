import type { InputFormat } from '../../src/convert/formats/input-formats.ts';
import type { Limits, RecipeOptions } from '../../src/convert/index.ts';
import type { Corpus } from './corpus.ts';
import { type Draw, drawFor } from './draw.ts';
import { drawRecipe } from './draw-recipe.ts';
import { mutate } from './mutations.ts';

/** What is converted, and how. */
export interface FuzzCase {
  bytes: Uint8Array;
  recipe: RecipeOptions;
  limits: Partial<Limits>;
  /** Convert it twice and compare. */
  isRepeated: boolean;
  /** Compare the methods on it as well. */
  isCompared: boolean;
}

export interface DrawnCase extends FuzzCase {
  /** That of the file that was changed. */
  format: InputFormat;
  /** The file, and what was done to it. */
  made: string;
}

/** The case of this number under a seed: always the same one, by itself or after others. */
export function drawCase(
  corpus: Corpus,
  { seed, index }: { seed: number; index: number },
): DrawnCase {
  const draw = drawFor(seed, index);
  const formats = Object.keys(corpus) as InputFormat[];
  const format = formats[index % formats.length] as InputFormat;
  const { name, bytes } = draw.pick(corpus[format]);
  const other = draw.pick(corpus[draw.chance(0.6) ? format : draw.pick(formats)]);
  // Some whole files, so that the recipe is tried on what can be converted.
  const isWhole = draw.chance(0.1);
  const changed = isWhole
    ? { bytes, names: [] }
    : mutate(draw, { bytes, format, other: other.bytes });
  return {
    bytes: changed.bytes,
    recipe: drawRecipe(draw),
    limits: drawLimits(draw),
    isRepeated: draw.chance(0.2),
    isCompared: draw.chance(0.05),
    format,
    made: [name, ...changed.names].join(', '),
  };
}

const pixelLimits = [...Array<number>(8).fill(50_000), 250_000, 250_000, 1e6, 4e6, 16e6];

/** Limits that many files are beyond. */
const tightLimits = {
  maxBytes: (draw) => 1 + draw.below(2_000),
  maxPixels: (draw) => 1 + draw.below(1_000),
  maxPages: (draw) => 1 + draw.below(3),
  timeoutMs: (draw) => draw.pick([1, 2, 5, 20, 100]),
  maxOutputBytes: (draw) => 1 + draw.below(1_000),
} satisfies Record<keyof Limits, (draw: Draw) => number>;

/** Coding a large AVIF with much effort takes a minute: no fault, but it must end when it is told. */
const timeoutMs = 3_000;

/** Mostly few pixels, so that an image takes milliseconds. */
function drawLimits(draw: Draw): Partial<Limits> {
  const limits = { maxPixels: draw.pick(pixelLimits), timeoutMs };
  if (draw.chance(0.9)) return limits;
  const [name, limit] = draw.pick(Object.entries(tightLimits));
  return { ...limits, [name]: limit(draw) };
}
