import { crc32, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type InputFormat, inputFormats } from '../../src/convert/formats/input-formats.ts';
import { recipeOptions, resolveRecipe } from '../../src/convert/index.ts';
import { checkCases } from './check-cases.ts';
import { loadCorpus, sortedByFormat } from './corpus.ts';
import { casesOf, type DrawnCase } from './fuzz-case.ts';
import { mutate, mutationLists, mutationNames } from './mutations.ts';
import { numberAt, withNumber } from './structure/number-field.ts';
import { withChangedPixels } from './structure/png-structure.ts';
import { structureOf } from './structure/structure-of.ts';

const corpus = await loadCorpus();
const formats = Object.keys(inputFormats) as InputFormat[];
const cases = fc.sample(casesOf(corpus), { seed: 1, numRuns: 1_500 });

test('a seed and a number give the same case, regardless of earlier draws', async () => {
  for (const index of [7, 900, 3]) {
    expect(await caseAt({ seed: 1, path: String(index) })).toEqual(cases[index]);
  }
  expect(await caseAt({ seed: 2, path: '7' })).not.toEqual(cases[7]);
});

test('a path gives the same simplified case as the search that found it', async () => {
  const isAnimated = ({ recipe }: DrawnCase) => recipe.frames === 'first';
  const passes = async (drawn: DrawnCase) => !isAnimated(drawn);
  const found = await checkCases(casesOf(corpus), passes, { seed: 1, numRuns: 100 });
  const simplest = found.counterexample?.[0];
  expect(simplest).toMatchObject({ recipe: { frames: 'first' }, isRepeated: false });
  expect(Object.keys(simplest?.recipe ?? {})).toEqual(['format', 'frames']);
  expect(simplest?.made).not.toContain(',');
  const path = found.counterexamplePath ?? '';
  expect(path).toContain(':');
  expect(await caseAt({ seed: 1, path })).toEqual(simplest);
});

test('every file of the corpus has a unique name', () => {
  const names = Object.values(corpus).flatMap((files) => files.map(({ name }) => name));
  expect(new Set(names).size).toBe(names.length);
});

test('every format is drawn', () => {
  const drawn = cases.slice(0, 16 * formats.length).map(({ format }) => format);
  expect(new Set(drawn)).toEqual(new Set(formats));
});

test.each(formats)('a corpus without a %s file is an error', (missing) => {
  const others = Object.entries(corpus).flatMap(([format, files]) =>
    format === missing ? [] : files,
  );
  expect(() => sortedByFormat(others)).toThrow(`there is none of ${missing}. Add one to`);
});

test('every mutation and every value of every option is drawn', () => {
  const made = new Set(cases.flatMap(({ made }) => made.split(', ').slice(1)));
  expect(mutationNames.filter((name) => !made.has(name))).toEqual([]);
  const drawn = cases.map(({ recipe }) => resolveRecipe(recipe));
  for (const [name, { choices = [] }] of Object.entries(recipeOptions)) {
    const values = new Set(drawn.map((recipe) => String(recipe[name as keyof typeof recipe])));
    expect([...values], name).toEqual(expect.arrayContaining([...choices]));
    expect(values.size, name).toBeGreaterThan(1);
  }
});

test.each(formats)('%s files are changed at nearly every attempt', (format) => {
  for (const { name, bytes } of corpus[format].slice(0, 3)) {
    const changed = fc
      .sample(mutationLists, { seed: 3, numRuns: 100 })
      .filter((list) => !mutate(list, { bytes, format, other: bytes }).equals(bytes));
    expect(changed.length, name).toBeGreaterThan(60);
  }
});

/** A bare JPEG XL codestream is a bit stream, without fields that could be named without decoding them. */
const sizes: [format: InputFormat, name: string, width: number, height: number][] = [
  ['jpeg', 'baseline.jpg', 20, 14],
  ['png', 'rgb.png', 20, 14],
  ['webp', 'lossy.webp', 20, 14],
  ['gif', 'rgb.gif', 20, 14],
  ['tiff', 'plain.tif', 20, 14],
  ['tiff', 'big.tif', 20, 14],
  ['avif', 'lossy.avif', 20, 14],
  ['heic', 'cropped.heic', 80, 64],
  ['jp2', 'fixtures/gray.jp2', 24, 16],
  ['jp2', 'fixtures/rgb.j2k', 24, 16],
  ['psd', 'inks.psd', 12, 8],
  ['qoi', 'alpha.qoi', 12, 8],
  ['bmp', 'masks.bmp', 12, 8],
  ['ico', 'cursor.cur', 2, 4],
  ['pnm', 'deep.pgm', 12, 8],
  ['tga', 'gray.tga', 12, 8],
];

test.each(sizes)('%s: the sides of %s are found', (format, name, width, height) => {
  const bytes = fileOf(format, name);
  const sides = structureOf(format, bytes).numbers.filter(({ isSide }) => isSide);
  const values = new Set(sides.map((field) => numberAt(bytes, field)));
  expect(values).toEqual(new Set([width, height]));
});

test('the parts of a file add up to the whole file', () => {
  const bytes = fileOf('png', 'rgb.png');
  const { parts } = structureOf('png', bytes);
  const pieces = parts.map(({ start, end }) => bytes.subarray(start, end));
  expect(Buffer.concat([bytes.subarray(0, 8), ...pieces])).toEqual(bytes);
  expect(pieces.map((piece) => piece.toString('latin1', 4, 8))).toContain('IDAT');
});

test('PNG pixels are mutated in their decompressed form', () => {
  const blank = withChangedPixels(fileOf('png', 'one-bit.png'), (rows) => {
    expect(rows).toHaveLength(4 * (1 + 2));
    return Buffer.alloc(rows.length);
  });
  const { numbers, parts } = structureOf('png', blank);
  expect(numbers.length).toBeGreaterThan(parts.length);
  expect(inflateSync(blank.subarray(blank.indexOf('IDAT') + 4))).toEqual(Buffer.alloc(12));
});

test('most mutated PNGs get past the checksums', () => {
  const changed = cases.filter(
    ({ format, made }) => format === 'png' && made.includes('structure'),
  );
  const withRight = changed.filter(({ bytes }) => {
    const png = Buffer.from(bytes);
    const end = 8 + 8 + png.readUInt32BE(8);
    return end + 4 <= png.length && crc32(png.subarray(12, end)) === png.readUInt32BE(end);
  });
  expect(withRight.length).toBeGreaterThan(changed.length / 2);
});

test.each(formats)('any bytes at all have a structure when read as %s', (format) => {
  const starts = fc
    .tuple(fc.constantFrom(...corpus[format]), fc.nat(39))
    .map(([file, length]) => file.bytes.subarray(0, length));
  const files = fc.tuple(starts, fc.uint8Array({ maxLength: 99, size: 'max' }));
  const hasStructureWithin = fc.property(files, (pieces) => {
    const bytes = Buffer.concat(pieces);
    const { parts, numbers } = structureOf(format, bytes);
    for (const { start, end } of parts) expect(start < end && end <= bytes.length).toBe(true);
    for (const { at, size } of numbers) expect(at >= 0 && at + size <= bytes.length).toBe(true);
  });
  fc.assert(hasStructureWithin, { seed: 5 });
});

test.each([
  [{ at: 1, size: 2, order: 'big' }, 0x1ff, [9, 1, 0xff, 9]],
  [{ at: 1, size: 2, order: 'little' }, -2, [9, 0xfe, 0xff, 9]],
  [{ at: 0, size: 1, order: 'big' }, 2 ** 31, [0, 9, 9, 9]],
] as const)('a number is written where %j says: %d', (field, value, expected) => {
  expect([...withNumber(Buffer.of(9, 9, 9, 9), field, value)]).toEqual(expected);
});

async function caseAt(place: { seed: number; path: string }): Promise<DrawnCase | undefined> {
  const { counterexample } = await checkCases(casesOf(corpus), async () => false, {
    ...{ ...place, numRuns: 1, endOnFailure: true },
  });
  return counterexample?.[0];
}

function fileOf(format: InputFormat, name: string): Buffer {
  const file = corpus[format].find((seedFile) => seedFile.name === name);
  if (!file) throw new Error(`Expected ${name} in the corpus`);
  return file.bytes;
}
