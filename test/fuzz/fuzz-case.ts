import fc, { type Arbitrary } from 'fast-check';
import type { InputFormat } from '../../src/convert/formats/input-formats.ts';
import type { Limits, RecipeOptions } from '../../src/convert/index.ts';
import { chance, simpleIn } from './arbitraries.ts';
import type { Corpus } from './corpus.ts';
import { mutate, mutationLists } from './mutations.ts';
import { recipes } from './recipes.ts';

/** The bytes to convert, and the recipe. */
export interface FuzzCase {
  bytes: Uint8Array;
  recipe: RecipeOptions;
  limits: Partial<Limits>;
  /** Whether to convert twice and compare the results. */
  isRepeated: boolean;
  /** Whether to run the comparison of methods on it as well. */
  isCompared: boolean;
}

export interface DrawnCase extends FuzzCase {
  /** The name of the original file. */
  format: InputFormat;
  /** The name of the file and the mutations applied to it. */
  made: string;
}

/** Every format is equally likely, however many files of it are in the corpus. */
export function casesOf(corpus: Partial<Corpus>): Arbitrary<DrawnCase> {
  const formats = Object.keys(corpus) as InputFormat[];
  const filesOf = (format: InputFormat) => fc.constantFrom(...(corpus[format] ?? []));
  const anyFile = fc.oneof(...formats.map(filesOf));
  return fc.oneof(...formats.map((format) => casesOfFormat(format)));

  function casesOfFormat(format: InputFormat): Arbitrary<DrawnCase> {
    const files = filesOf(format);
    return fc
      .record({
        file: files,
        other: simpleIn(60, files, anyFile),
        // Some files stay unmutated, so that the recipe is tried on valid images.
        mutations: simpleIn(10, fc.constant(undefined), mutationLists),
        recipe: recipes,
        limits,
        isRepeated: chance(20),
        isCompared: chance(5),
      })
      .map(({ file, other, mutations, ...rest }) => ({
        ...rest,
        format,
        bytes: mutations
          ? mutate(mutations, { bytes: file.bytes, format, other: other.bytes })
          : file.bytes,
        made: [file.name, ...(mutations?.names ?? [])].join(', '),
      }));
  }
}

const pixelLimits = [...Array<number>(8).fill(50_000), 250_000, 250_000, 1e6, 4e6, 16e6];

/** Limits that many files exceed. */
const tightLimits = {
  maxBytes: fc.integer({ min: 1, max: 2_000 }),
  maxPixels: fc.integer({ min: 1, max: 1_000 }),
  maxPages: fc.integer({ min: 1, max: 3 }),
  timeoutMs: fc.constantFrom(1, 2, 5, 20, 100),
  maxOutputBytes: fc.integer({ min: 1, max: 1_000 }),
} satisfies Record<keyof Limits, Arbitrary<number>>;

/** Encoding a large AVIF at high effort takes a minute: not a fault, but it must stop at the deadline. */
const timeoutMs = 3_000;

/** Mostly low pixel limits, so that an image takes milliseconds. */
const limits: Arbitrary<Partial<Limits>> = fc
  .tuple(
    fc.constantFrom(...pixelLimits),
    simpleIn(
      90,
      fc.constant({}),
      fc.oneof(
        ...Object.entries(tightLimits).map(([name, values]) =>
          values.map((limit) => ({ [name]: limit })),
        ),
      ),
    ),
  )
  .map(([maxPixels, tight]) => ({ maxPixels, timeoutMs, ...tight }));
