// Colours that EXIF in a HEIC and the tags of a TIFF state.
import { describe, expect, test } from 'vitest';
import { be16, be32, joined } from '../../../testing/byte-parts.ts';
import { buildHeif, codedImage, property } from '../../../testing/heif.ts';
import { fixture } from '../decode/wasm-fixtures.ts';
import { apart, cicp, colours, convert, patches, png, rawGrays } from './numbered-files.ts';

const chunk = (type: string, ...values: number[]): [string, Uint8Array] => [
  type,
  joined(...values.map((value) => be32(Math.round(value * 100_000)))),
];

/** Adobe RGB (1998), 4.2. */
const adobe = [0.64, 0.33, 0.21, 0.71, 0.15, 0.06];
const d65 = [0.3127, 0.329];

describe('EXIF in a HEIC', () => {
  function heic(space: number, ...more: Uint8Array[]): Buffer {
    const entry = (tag: number, type: number, value: Uint8Array) =>
      joined(be16(tag), be16(type), be32(1), value);
    const first = joined(be16(1), entry(0x8769, 4, be32(26)), be32(0));
    const details = joined(be16(1), entry(0xa001, 3, joined(be16(space), [0, 0])), be32(0));
    const tiff = joined('MM', be16(42), be32(8), first, details);
    const { hvcC, data } = codedImage(fixture('tile-rgb.heic'));
    const properties = [hvcC, property.size(80, 64), ...more];
    const exif = { type: 'Exif', data: joined(be32(6), 'Exif\0\0', tiff) };
    const references: [string, number, number[]][] = [['cdsc', 2, [1]]];
    return buildHeif({ items: [{ type: 'hvc1', data, properties }, exif], references });
  }

  test('of sRGB changes nothing, and of an unknown space is a loss', async () => {
    const { pixels, losses } = await convert(heic(1));
    expect(losses).toEqual([]);
    const unknown = await convert(heic(65_535));
    expect(unknown.losses).toEqual(['colour']);
    expect([...unknown.pixels]).toEqual([...pixels]);
  });

  test('of Adobe RGB is applied as in a PNG', async () => {
    const planes = await Promise.all(
      (['red', 'green', 'blue'] as const).map((method) => convert(heic(1), { method })),
    );
    const samples = Array.from(
      { length: 80 * 3 },
      (_, i) => planes[i % 3]?.pixels[Math.floor(i / 3)] ?? 0,
    );
    const same = png([chunk('cHRM', ...d65, ...adobe), chunk('gAMA', 256 / 563)], samples);
    const [inHeic, inPng] = [await convert(heic(2)), await convert(same)];
    const row = [...inHeic.pixels].slice(0, 80);
    expect(apart(row, [...inPng.pixels])).toBeLessThanOrEqual(1);
    expect(row).not.toEqual([...(await convert(heic(1))).pixels].slice(0, 80));
  });

  test('yields to the colr box', async () => {
    const { losses } = await convert(heic(65_535, property.colours(1, 13)));
    expect(losses).toEqual([]);
  });
});

describe('a TIFF', () => {
  const p3 = [0.68, 0.32, 0.265, 0.69, 0.15, 0.06];
  const srgb = [0.64, 0.33, 0.3, 0.6, 0.15, 0.06];

  /** One row of the colours, big endian. */
  function tiff(tags: [tag: number, type: 3 | 5, values: readonly number[]][]): Buffer {
    const samples = Uint8Array.from(colours.flat());
    const all: typeof tags = [
      [256, 3, [colours.length]],
      [257, 3, [1]],
      [258, 3, [8, 8, 8]],
      [259, 3, [1]],
      [262, 3, [2]],
      [273, 3, [8]],
      [277, 3, [3]],
      [278, 3, [1]],
      [279, 3, [samples.length]],
      ...tags,
    ];
    const start = 8 + samples.length + (samples.length % 2);
    let end = start + 2 + all.length * 12 + 4;
    const data: Uint8Array[] = [];
    const entries = all.map(([tag, type, values]) => {
      const value = joined(
        ...values.map((n) =>
          type === 3 ? be16(n) : joined(be32(Math.round(n * 1e6)), be32(1_000_000)),
        ),
      );
      const head = joined(be16(tag), be16(type), be32(values.length));
      if (value.length <= 4) return joined(head, value, new Uint8Array(4 - value.length));
      data.push(value);
      end += value.length;
      return joined(head, be32(end - value.length));
    });
    const padding = new Uint8Array(samples.length % 2);
    const directory = joined(be16(all.length), ...entries, be32(0), ...data);
    return joined('MM', be16(42), be32(start), samples, padding, directory);
  }

  /** Light of 16 bits for each sample value: TIFF 6.0, section 20. */
  const curve = (light: (stored: number) => number) =>
    Array.from({ length: 256 }, (_, i) => Math.round(light(i / 255) * 65_535));
  const srgbLight = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);

  test.each([
    ['without colours', []],
    ['of sRGB’s primaries', [[318, 5, d65] as const, [319, 5, srgb] as const]],
    ['of sRGB’s curve', [[301, 3, curve(srgbLight)] as const]],
  ])('%s is sRGB', async (_, tags) => {
    const bytes = tiff(tags.map(([tag, type, values]) => [tag, type, values]));
    expect(await patches(bytes, colours.length)).toEqual(rawGrays);
    expect((await convert(bytes)).losses).toEqual([]);
  });

  test('of other primaries has the pixels of a PNG with these', async () => {
    // Code points of Display P3, which other tests compare with zimg.
    const same = png([cicp(12, 13)]);
    const inTiff = await patches(
      tiff([
        [318, 5, d65],
        [319, 5, p3],
      ]),
      colours.length,
    );
    expect(inTiff).not.toEqual(rawGrays);
    expect(apart(inTiff, [...(await convert(same)).pixels])).toBeLessThanOrEqual(1);
  });

  test.each([
    ['another curve', [[301, 3, curve((v) => v ** 1.8)]]],
    ['primaries that make no sense', [[319, 5, [0, 0, 0, 0, 0, 0]]]],
  ] as [string, Parameters<typeof tiff>[0]][])('of %s has the loss colour', async (_, tags) => {
    const bytes = tiff(tags);
    expect((await convert(bytes)).losses).toEqual(['colour']);
    expect(await patches(bytes, colours.length)).toEqual(rawGrays);
    expect((await convert(bytes, { colour: 'raw' })).losses).toEqual([]);
  });
});
