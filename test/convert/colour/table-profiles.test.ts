import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { toGrayscale } from '../../../src/convert/index.ts';
import { buildHeif, codedImage, property } from '../../../testing/heif.ts';
import { adobeColorants, curv, rgbProfile, rgbTableProfile } from '../../../testing/icc.ts';
import { inspectImage } from '../../../testing/inspect-image.ts';
import { buildPng, parsePng } from '../../../testing/png.ts';
import { buildPsd, psdResource } from '../../../testing/psd.ts';
import { fixture } from '../decode/wasm-fixtures.ts';

const profileResource = 1039;
const table = rgbTableProfile();

const colours = [
  [10, 20, 30],
  [64, 128, 192],
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [200, 120, 40],
  [128, 128, 128],
  [255, 255, 255],
  [1, 2, 3],
];
/** Rec. 601 gray of these colours by littleCMS 2.14 (Pillow 9.4, `ImageCms.profileToProfile`, relative). */
const grays = [74, 177, 76, 150, 29, 188, 188, 255, 20];
const rawGrays = [18, 116, 76, 150, 29, 135, 128, 255, 2];

function psd({
  icc = table,
  depth = 8,
  alpha,
}: {
  icc?: Buffer;
  depth?: 8 | 16;
  alpha?: number[];
} = {}) {
  const planes = [0, 1, 2].map((k) => colours.map((colour) => colour[k] ?? 0));
  const channels = [...planes, ...(alpha ? [alpha] : [])].map((plane) =>
    Buffer.from(depth === 8 ? plane : plane.flatMap((value) => [value, value])),
  );
  const resources = [psdResource(profileResource, [...icc])];
  const size = { width: colours.length, height: 1, mode: 'rgb' } as const;
  return buildPsd({ ...size, depth, channels, resources, ...(alpha && { layerCount: -1 }) });
}

async function grayOf(bytes: Uint8Array, recipe = {}): Promise<number[]> {
  return [...parsePng((await toGrayscale(bytes, recipe)).bytes).pixels];
}

const apart = (some: number[], others: number[]) =>
  Math.max(...some.map((value, i) => Math.abs(value - (others[i] ?? Number.NaN))));

describe('a PSD with a table-based colour profile', () => {
  test('matches littleCMS within one level', async () => {
    expect(apart(await grayOf(psd()), grays)).toBeLessThanOrEqual(1);
  });

  test('matches a 16-bit PNG at 16 bits, by way of a wider gamut', async () => {
    expect(apart(await grayOf(psd({ depth: 16 })), grays)).toBeLessThanOrEqual(4);
  });

  test('keeps its alpha', async () => {
    const alpha = [0, 1, 2, 50, 100, 150, 200, 254, 255];
    const pixels = await grayOf(psd({ alpha }));
    expect(pixels.filter((_, i) => i % 2 === 1)).toEqual(alpha);
    const gray = pixels.filter((_, i) => i % 2 === 0);
    expect(apart(gray, grays)).toBeLessThanOrEqual(1);
  });

  test('ignores the profile for raw colours and for Pillow compatibility', async () => {
    expect(await grayOf(psd(), { colour: 'raw' })).toEqual(rawGrays);
    expect(await grayOf(psd(), { compat: 'pillow' })).toEqual(rawGrays);
  });

  test('includes the profile in the memory estimate', async () => {
    const [with_, without] = await Promise.all([
      inspectImage(psd()),
      inspectImage(psd({ icc: Buffer.alloc(0) })),
    ]);
    expect(with_.memoryBytes).toBeGreaterThan(without.memoryBytes);
  });
});

test('applies curves and a matrix as for a PNG', async () => {
  const icc = rgbProfile(curv(1.8), adobeColorants);
  const chunk = Buffer.concat([Buffer.from('any\0\0'), deflateSync(icc)]);
  const size = { width: colours.length, height: 1, colourType: 'rgb' } as const;
  const rows = Uint8Array.from(colours.flat());
  const png = buildPng({ ...size, rows, chunks: [['iCCP', chunk]] });
  expect(await grayOf(psd({ icc }))).toEqual(await grayOf(png));
  expect(await grayOf(psd({ icc }))).not.toEqual(rawGrays);
});

test('a table-based profile in a HEIC is applied', async () => {
  const { hvcC, data } = codedImage(fixture('tile-rgb.heic'));
  const heic = (...more: Uint8Array[]) =>
    buildHeif({
      items: [{ type: 'hvc1', data, properties: [hvcC, property.size(80, 64), ...more] }],
    });
  const channel = (method: 'red' | 'green' | 'blue') => grayOf(heic(), { method });
  const planes = await Promise.all((['red', 'green', 'blue'] as const).map(channel));
  const encode = (light: number) =>
    255 * (light > 0.0031308 ? 1.055 * light ** (1 / 2.4) - 0.055 : light * 12.92);
  // The table holds linear light between the sRGB primaries.
  const expected = planes.map((plane) => plane.map((value) => encode(value / 255)));
  for (const [i, method] of (['red', 'green', 'blue'] as const).entries()) {
    const managed = await grayOf(heic(property.profile(table)), { method });
    expect(apart(managed, expected[i] ?? [])).toBeLessThan(2);
  }
});
