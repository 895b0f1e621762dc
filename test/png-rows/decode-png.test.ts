import sharp from 'sharp';
import { expect, test } from 'vitest';
import { photoLikeJpeg } from '../../testing/images.ts';
import { pngKinds, randomPng } from '../../testing/random-png.ts';
import { decodeRows, decodeWithSharp } from './decoders.ts';

const kinds = pngKinds.map((kind) => {
  const { colourType, depth, hasAlpha } = kind;
  return [`colour type ${colourType}, ${depth} bits${hasAlpha ? ', alpha' : ''}`, kind] as const;
});

test.each(kinds)('decodes %s like libpng', async (_, kind) => {
  for (let seed = 0; seed < 40; seed++) {
    const png = randomPng(seed, { kind, ...(seed < 5 && { filter: seed }) });
    const decoded = await decodeRows(png);
    expect(decoded, `seed ${seed}`).toEqual(await decodeWithSharp(png));
  }
});

test('decodes every width, with every filter', async () => {
  for (let width = 1; width <= 70; width++) {
    const png = randomPng(width, { width, height: 11 });
    expect(await decodeRows(png), `width ${width}`).toEqual(await decodeWithSharp(png));
  }
});

test('decodes rows that take several parts of the data and several strips', async () => {
  for (const [seed, width, height] of [
    [1, 700, 300],
    [2, 90_000, 3],
    [3, 1, 9_000],
    [4, 3_000, 90],
  ] as const) {
    const png = randomPng(seed, { width, height });
    expect(await decodeRows(png), `seed ${seed}`).toEqual(await decodeWithSharp(png));
  }
});

test('decodes photographs as other encoders write them', async () => {
  const jpeg = await photoLikeJpeg({ width: 301, height: 203 });
  for (const options of [
    {},
    { adaptiveFiltering: true },
    { adaptiveFiltering: true, compressionLevel: 9 },
    { compressionLevel: 0 },
    { palette: true },
    { palette: true, colours: 4 },
  ]) {
    const png = await sharp(jpeg).png(options).toBuffer();
    expect(await decodeRows(png), JSON.stringify(options)).toEqual(await decodeWithSharp(png));
  }
  const deep = await sharp(jpeg).toColourspace('rgb16').png({ adaptiveFiltering: true }).toBuffer();
  expect(await decodeRows(deep)).toEqual(await decodeWithSharp(deep));
});
