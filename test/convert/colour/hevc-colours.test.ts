// Colours in the HEVC data of a HEIC without a colr box.
import { expect, test } from 'vitest';
import { hevcColours } from '../../../src/convert/decode/heif/hevc-colours.ts';
import { buildHeif, property } from '../../../testing/heif.ts';
import { buildPng } from '../../../testing/png.ts';
import { cicp, convert } from './numbered-files.ts';

/**
 * 96 x 64 pixels of red: FFmpeg 7.0.2, `libx265` with `lossless=1`, 4:4:4, and
 * `colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc`. Parameters, then data.
 */
const files = {
  full: [
    '00000079687663430104080000009e0800000000fff000fcfff8f800000f03a00001001740010c01ffff' +
      '0408000003009e080000030000ff959809a10001002c4201010408000003009e080000030000ff900610' +
      '20b2cacd24995e02dc244024100000030010000003019080a2000100084401c17030629120',
    '000000662801af05b8100c00f0259ffff63faffa7f2fafafafafb3b3b3b3b3b3b3b0a87fffc89daffffd' +
      '079af0be4e9d3a7501c3870e1c3869f3ffd8f7400ffbaff73fdafeb7e77e77e77e77e7be7be7be7be7be' +
      '7be7be7af0265ddb6a6aab5b155636947c66baf292ee',
  ],
  limited: [
    '00000079687663430104080000009e0800000000fff000fcfff8f800000f03a00001001740010c01ffff' +
      '0408000003009e080000030000ff959809a10001002c4201010408000003009e080000030000ff900610' +
      '20b2cacd24995e02d4244024100000030010000003019080a2000100084401c17030629120',
    '000000652801af05b8100c00f0259ffff47fa1f99f13939393939797979797979794a87fffc89daffffc' +
      '19fd394976db6dc2ebaebaebad24fff63dd003feaffd57f4df9ef8ef8ef8ef8ef8ff8ff8ff8ff8ff8ff8' +
      'ff8fbc099776da9aaad6c5558da51f19aebca4bb80',
  ],
} as const;

const parts = (range: keyof typeof files) =>
  files[range].map((hex) => Buffer.from(hex, 'hex')) as [hvcC: Buffer, data: Buffer];

function heic(range: keyof typeof files, ...more: Uint8Array[]): Buffer {
  const [hvcC, data] = parts(range);
  const properties = [hvcC, property.size(96, 64), ...more];
  return buildHeif({ items: [{ type: 'hvc1', data, properties }] });
}

test.each(['full', 'limited'] as const)('of %s range are read and applied', async (range) => {
  expect(hevcColours(parts(range)[0].subarray(8))).toEqual({
    primaries: 9,
    transfer: 16,
    matrix: 9,
  });
  const planes = await Promise.all(
    (['red', 'green', 'blue'] as const).map(
      async (method) => (await convert(heic(range), { method, colour: 'raw' })).pixels[0] ?? -1,
    ),
  );
  // FFmpeg was given 255, 0, 0.
  expect(Math.max(255 - (planes[0] ?? 0), planes[1] ?? 255, planes[2] ?? 255)).toBeLessThanOrEqual(
    2,
  );
  const rows = Uint8Array.from({ length: 96 * 64 * 3 }, (_, i) => planes[i % 3] ?? 0);
  const chunks = [cicp(9, 16)];
  const same = buildPng({ width: 96, height: 64, colourType: 'rgb', rows, chunks });
  const [fromHeic, fromPng] = [await convert(heic(range)), await convert(same)];
  expect(fromHeic.losses).toEqual(['highlights']);
  expect([...fromHeic.pixels]).toEqual([...fromPng.pixels]);
});

test('yield to a colr box', async () => {
  const { losses } = await convert(heic('full', property.colours(1, 13, { matrix: 9 })));
  expect(losses).toEqual([]);
});

test('of truncated parameters are ignored', () => {
  const hvcC = parts('full')[0].subarray(8);
  for (let end = 23; end < 70; end++) {
    expect(() => hevcColours(hvcC.subarray(0, end))).toThrow(/file ends/);
  }
});
