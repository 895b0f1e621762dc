import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  describeRecipe,
  type Recipe,
  RecipeError,
  type RecipeOptions,
  recipeHash,
  resolveRecipe,
} from '../../../src/convert/index.ts';

describe('a recipe', () => {
  test('has defaults', () => {
    const recipe = {
      method: 'rec601',
      format: 'png',
      quality: 75,
      effort: 4,
      compressionLevel: 4,
      lossless: false,
      depth: '8',
      dither: 'none',
      colour: 'managed',
      alpha: 'keep',
      background: '#ffffff',
      orientation: 'apply',
      frames: 'all',
      compat: 'none',
      tolerate: 'none',
      metadata: 'none',
      allowSvg: false,
    };
    expect(resolveRecipe()).toEqual(recipe);
    expect(resolveRecipe({ format: undefined, quality: undefined })).toEqual(recipe);
  });

  test('keeps the given options, and is immutable', () => {
    const recipe = resolveRecipe({ format: 'jpeg', quality: 1 });
    expect(recipe).toEqual({ ...resolveRecipe(), format: 'jpeg', quality: 1 });
    expect(resolveRecipe(recipe)).toEqual(recipe);
    expect(Object.isFrozen(recipe)).toBe(true);
  });

  test.each<[options: unknown, message: string | RegExp]>([
    [
      { format: 'bmp' },
      "Expected one of png, jpeg, webp, avif, tiff, gif, source for format but received 'bmp'",
    ],
    [{ format: 'toString' }, "for format but received 'toString'"],
    [
      { method: 'gray' },
      "Expected one of rec601, rec709, luminance, lightness, average, hsl-lightness, value, red, green, blue, decolor, or mix:RED,GREEN,BLUE with three numbers of up to nine digits, up to six of them after the decimal point, and a sum above 0 for method but received 'gray'",
    ],
    ...[
      ...['mix', 'mix:', 'mix:1,2', 'mix:1,2,3,4', 'mix:1,2,x', 'mix:1,2,', 'mix:1e3,1,1'],
      ...['mix:0,0,0', 'mix:1,-1,0', 'mix:-1,0,0', 'mix:0.0000001,1,1', 'mix:1234567890,1,1'],
      ...['mix:NaN,1,1', 'mix:Infinity,1,1', 'Mix:1,1,1', 'constructor', ''],
    ].map((method) => [{ method }, `for method but received '${method}'`] as [object, string]),
    ...['1', '9', '.'].map((digit): [object, RegExp] => [
      { method: `mix:${digit.repeat(3_000)},1,1` },
      /for method but received 'mix:[19.]{96}'\.\.\. 2908 more characters$/,
    ]),
    [{ method: 601 }, 'for method but received 601'],
    [{ quality: 0 }, 'Expected a whole number from 1 to 100 for quality but received 0'],
    [{ quality: 101 }, 'for quality but received 101'],
    [{ quality: 50.5 }, 'for quality but received 50.5'],
    [{ quality: '80' }, "for quality but received '80'"],
    [{ quality: null }, 'for quality but received null'],
    [{ format: 'png', quality: Number.NaN }, 'for quality but received NaN'],
    [
      { qualty: 80 },
      /^Expected one of the options method, format, quality, .*compat, tolerate, metadata, allowSvg for qualty but received 80$/,
    ],
    [{ constructor: 1 }, 'for constructor but received 1'],
    [{ depth: 12 }, 'Expected one of 1, 2, 4, 8, 16, source for depth but received 12'],
    [
      { depth: 1, format: 'jpeg' },
      "Expected 8, 16 or source (because format is jpeg; png and tiff have 1, 2 and 4) for depth but received '1'",
    ],
    [{ depth: '4', format: 'gif' }, 'because format is gif'],
    [{ depth: 2, compat: 'pillow' }, 'Expected 8 (because compat is pillow) for depth'],
    [{ lossless: 'true' }, "Expected true or false for lossless but received 'true'"],
    [
      { background: 'red' },
      "Expected a colour as #rgb or #rrggbb for background but received 'red'",
    ],
    [{ background: '#12345' }, 'for background'],
    [
      { format: 'webp', effort: 7 },
      'Expected a whole number from 0 to 6 for effort but received 7',
    ],
    [{ effort: 10 }, 'Expected a whole number from 0 to 9 for effort but received 10'],
  ])('of %j is rejected', (options, message) => {
    const resolving = () => resolveRecipe(options as RecipeOptions);
    expect(resolving).toThrow(RecipeError);
    expect(resolving).toThrow(message);
  });

  test('names the invalid option when it is rejected', () => {
    const resolving = () => resolveRecipe({ quality: 0 });
    expect(resolving).toThrow(
      expect.objectContaining({ name: 'RecipeError', code: 'INVALID_RECIPE', option: 'quality' }),
    );
  });

  test.each<[RecipeOptions, string]>([
    [{}, 'rec601 png'],
    [{ quality: 50 }, 'rec601 png'],
    [{ format: 'jpeg' }, 'rec601 jpeg quality=75'],
    [{ format: 'webp', quality: 100 }, 'rec601 webp quality=100'],
    [{ format: 'avif', effort: 9 }, 'rec601 avif quality=75 effort=9'],
    [{ format: 'webp', lossless: true, quality: 3 }, 'rec601 webp lossless=true'],
    [{ format: 'jpeg', lossless: true, quality: 3 }, 'rec601 jpeg lossless=true'],
    [{ format: 'png', lossless: true, effort: 2 }, 'rec601 png'],
    [{ compressionLevel: 9 }, 'rec601 png compressionLevel=9'],
    [{ format: 'tiff', compressionLevel: 9 }, 'rec601 tiff'],
    [{ compat: 'pillow' }, 'rec601 png compat=pillow'],
    [{ depth: 16 as never }, 'rec601 png depth=16'],
    [{ depth: '16', format: 'gif' }, 'rec601 gif'],
    [{ depth: 1, dither: 'floyd-steinberg' }, 'rec601 png depth=1 dither=floyd-steinberg'],
    [{ dither: 'floyd-steinberg' }, 'rec601 png'],
    [{ frames: 'first' }, 'rec601 png'],
    [{ frames: 'first', format: 'gif' }, 'rec601 gif frames=first'],
    [{ background: '#ABC' }, 'rec601 png'],
    [{ background: '#ABC', alpha: 'flatten' }, 'rec601 png alpha=flatten background=#aabbcc'],
    [{ background: '#000', format: 'jpeg' }, 'rec601 jpeg quality=75 background=#000000'],
    [{ background: '#000', format: 'jpeg', alpha: 'drop' }, 'rec601 jpeg quality=75 alpha=drop'],
    [
      { colour: 'raw', orientation: 'ignore', format: 'source' },
      'rec601 source quality=75 colour=raw orientation=ignore',
    ],
    [{ method: 'mix:0.5, .25,+0.250' }, 'mix:2,1,1 png'],
    [{ method: 'mix:-0.5,2,-0.5' }, 'mix:-1,4,-1 png'],
    [{ method: 'mix:0,0,3' }, 'mix:0,0,1 png'],
    [{ method: 'mix:0.333333,0.333333,0.333334' }, 'mix:333333,333333,333334 png'],
  ])('of %j is described as "%s"', (options, description) => {
    expect(describeRecipe(resolveRecipe(options))).toBe(description);
  });
});

describe('the hash of a recipe', () => {
  // Rows are found by these hashes: if one changes, every object is converted again.
  test.each<[RecipeOptions, canonical: string, hash: string]>([
    [{}, '{"format":"png","method":"rec601"}', 'd438c8bd8d94a42d'],
    [{ format: 'jpeg' }, '{"format":"jpeg","method":"rec601","quality":75}', 'e130cce89a79463f'],
  ])('of %j is the SHA-256 of %s', (options, canonical, hash) => {
    expect(recipeHash(resolveRecipe(options))).toBe(hash);
    expect(createHash('sha256').update(canonical).digest('hex')).toMatch(new RegExp(`^${hash}`));
  });

  test('is the same for all weights in the same proportion', () => {
    const weight = fc.integer({ min: -300, max: 999 });
    fc.assert(
      fc.property(weight, weight, weight, fc.integer({ min: 1, max: 50 }), (r, g, b, factor) => {
        fc.pre(r + g + b > 0);
        const times = (n: number) => [r, g, b].map((w) => (w * n) / 1_000).join(',');
        const [one, other] = [1, factor].map((n) => resolveRecipe({ method: `mix:${times(n)}` }));
        expect(recipeHash(one as Recipe)).toBe(recipeHash(other as Recipe));
        expect(resolveRecipe(one)).toEqual(one);
      }),
    );
  });

  test('counts metadata only for formats that can hold it', () => {
    const hashOf = (options: RecipeOptions) => recipeHash(resolveRecipe(options));
    for (const [format, isCounted] of [
      ['png', true],
      ['tiff', true],
      ['gif', false],
    ] as const) {
      const isOther = hashOf({ format, metadata: 'copyright' }) !== hashOf({ format });
      expect(isOther).toBe(isCounted);
    }
  });

  test('differs exactly when the outputs do', () => {
    const options = fc.record({
      format: fc.constantFrom('png', 'jpeg', 'webp'),
      quality: fc.integer({ min: 1, max: 100 }),
    });
    fc.assert(
      fc.property(options, options, (a, b) => {
        const isSame = a.format === b.format && (a.format === 'png' || a.quality === b.quality);
        expect(recipeHash(resolveRecipe(a)) === recipeHash(resolveRecipe(b))).toBe(isSame);
      }),
    );
  });
});
