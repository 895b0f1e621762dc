// CPU time and bytes of PNGs with few grays, compared with 8 bits in the same round.
// npm run bench:grays               generated photos of 2, 6 and 12 megapixels
// npm run bench:grays -- a.jpg ...  your own files
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { openImage, type RecipeOptions } from '../../src/convert/index.ts';
import { median, sortedSample } from '../../src/stats/samples/index.ts';
import { drawPhoto } from '../conversions/draw.ts';
import { jpeg } from '../conversions/encode.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '11' } },
});
const rounds = Number(values.rounds);

const recipes: RecipeOptions[] = (['none', 'floyd-steinberg'] as const).flatMap((dither) =>
  ([1, 2, 4] as const).map((depth) => ({ depth, dither })),
);
const eightBits: RecipeOptions = {};

interface Measured {
  msPerMegapixel: number;
  sizeBytes: number;
}

const photos = await inputs();
const results: Map<RecipeOptions, Measured[]>[] = [];
for (const photo of photos) results.push(await measurePhoto(photo));
printTable();

async function inputs(): Promise<Buffer[]> {
  if (positionals.length > 0) return await Promise.all(positionals.map((file) => readFile(file)));
  return await Promise.all([2, 6, 12].map(async (size) => jpeg(await drawPhoto('day', size))));
}

/** All recipes in turn in each round; the first round is not counted. */
async function measurePhoto(photo: Buffer): Promise<Map<RecipeOptions, Measured[]>> {
  const all = [eightBits, ...recipes];
  const measured = new Map(all.map((recipe) => [recipe, [] as Measured[]]));
  for (let round = -1; round < rounds; round++) {
    for (const recipe of all) {
      const result = await convert(photo, recipe);
      if (round >= 0) measured.get(recipe)?.push(result);
    }
  }
  return measured;
}

async function convert(photo: Buffer, recipe: RecipeOptions): Promise<Measured> {
  const before = process.cpuUsage();
  const image = await openImage(photo, recipe);
  const { bytes } = await image.convert();
  image.close();
  const { user, system } = process.cpuUsage(before);
  const { width, height } = image.header;
  return { msPerMegapixel: ((user + system) * 1_000) / (width * height), sizeBytes: bytes.length };
}

/** The range over the photos of the medians over the rounds, as in docs/performance.md. */
function printTable(): void {
  console.log(
    `| PNG | additional ms per megapixel | bytes relative to 8 bits |\n| --- | --- | --- |`,
  );
  for (const recipe of recipes) {
    const ratios = results.map((measured) => {
      const [gray = [], few = []] = [measured.get(eightBits), measured.get(recipe)];
      const added = few.map(({ msPerMegapixel }, i) => {
        return msPerMegapixel - (gray[i]?.msPerMegapixel ?? Number.NaN);
      });
      return {
        addedMs: median(sortedSample(added)),
        bytes: (few[0]?.sizeBytes ?? 0) / (gray[0]?.sizeBytes ?? 0),
      };
    });
    const dither = recipe.dither === 'none' ? '' : `, \`dither: ${recipe.dither}\``;
    const addedMs = rangeOf(
      ratios.map((ratio) => ratio.addedMs),
      1,
    );
    const bytes = rangeOf(
      ratios.map((ratio) => ratio.bytes),
      2,
    );
    console.log(`| \`depth: ${recipe.depth}\`${dither} | ${addedMs} | ${bytes} |`);
  }
  const best = results.map((measured) =>
    Math.min(...(measured.get(eightBits) ?? []).map(({ msPerMegapixel }) => msPerMegapixel)),
  );
  console.log(`\n8 bits took ${rangeOf(best, 1)} ms per megapixel at best.`);
}

function rangeOf(values: number[], digits: number): string {
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) =>
    value.toFixed(digits),
  );
  return low === high ? `${low}` : `${low} to ${high}`;
}
