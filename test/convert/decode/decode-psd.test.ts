import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { psd } from '../../../src/convert/decode/psd/decode-psd.ts';
import { be16, packed } from '../../../testing/byte-parts.ts';
import {
  buildPsd,
  layerBlock,
  type PsdParts,
  psdResource,
  versionInfo,
} from '../../../testing/psd.ts';
import {
  type AnyImage,
  anyImages,
  outcomeOf,
  rowsOf,
  testFileDecoder,
} from './file-decoder.contract.ts';

const rgb: PsdParts = {
  ...{ width: 2, height: 2, mode: 'rgb' },
  channels: [Buffer.of(1, 2, 3, 4), Buffer.of(5, 6, 7, 8), Buffer.of(9, 9, 9, 9)],
};
const rgba: PsdParts = { ...rgb, channels: [...rgb.channels, Buffer.of(0, 1, 254, 255)] };
const palette = Buffer.from(Array.from({ length: 768 }, (_, i) => i & 255));
const indexed: PsdParts = {
  ...{ width: 2, height: 2, mode: 'indexed', colourData: palette },
  channels: [Buffer.of(0, 1, 254, 255)],
};

testFileDecoder(psd, [
  ['RGB', buildPsd(rgb)],
  ['packed RGB', buildPsd({ ...rgb, isPacked: true })],
  ['packed RGB, large', buildPsd({ ...rgb, isPacked: true, isLarge: true })],
  ['RGB with transparency', buildPsd({ ...rgba, layerCount: -2 })],
  ['indexed', buildPsd(indexed)],
  [
    'a bitmap',
    buildPsd({ width: 9, height: 1, mode: 'bitmap', depth: 1, channels: [Buffer.of(1, 128)] }),
  ],
  [
    'Lab of 16 bits',
    buildPsd({
      width: 1,
      height: 1,
      mode: 'lab',
      depth: 16,
      channels: [1, 2, 3].map((n) => be16(n)),
    }),
  ],
]);

/** The stored value of a channel: the sample itself or, in CMYK, its difference from white. */
function channelsOf({ samples }: AnyImage, count: number, depth: number): Buffer[] {
  return Array.from({ length: count }, (_, channel) => {
    const own = samples.filter((_, i) => i % count === channel);
    return depth === 16 ? be16(...own) : Buffer.from(own);
  });
}

describe('pixels are decoded from', () => {
  const kinds: [name: string, mode: PsdParts['mode'], channels: number][] = [
    ['gray', 'gray', 1],
    ['gray with transparency', 'gray', 2],
    ['duotone', 'duotone', 1],
    ['RGB', 'rgb', 3],
    ['RGB with transparency', 'rgb', 4],
  ];
  const files = fc.record({ isPacked: fc.boolean(), isLarge: fc.boolean() });

  describe.each([8, 16])('%d bits,', (depth) => {
    test.each(kinds)('%s', (_, mode, count) => {
      const image = anyImages({ channels: count, max: 2 ** depth - 1 });
      fc.assert(
        fc.property(image, files, (image, how) => {
          const { width, height, samples } = image;
          const channels = channelsOf(image, count, depth);
          const layers = count % 2 === 0 ? { layerCount: -1 } : {};
          const decoded = psd.decode(
            buildPsd({ width, height, mode, depth, channels, ...how, ...layers }),
          );
          expect([...decoded.pixels]).toEqual(samples);
          expect(decoded.pixels.BYTES_PER_ELEMENT).toBe(depth / 8);
        }),
        { numRuns: 60 },
      );
    });

    test('CMYK, without a profile', () => {
      const max = 2 ** depth - 1;
      fc.assert(
        fc.property(anyImages({ channels: 4, max }), files, (image, how) => {
          const { width, height } = image;
          const channels = channelsOf(image, 4, depth);
          const file = buildPsd({ width, height, mode: 'cmyk', depth, channels, ...how });
          const expected = rowsOf({ ...image, width: 1 }, 4).flatMap(
            ([c = 0, m = 0, y = 0, k = 0]) =>
              // Pillow’s cmyk2rgb, with 255 - k and 255 - c as stored.
              [c, m, y].map((left) => k - Math.floor(((max - left) * k) / max + 0.5)),
          );
          expect([...psd.decode(file).pixels]).toEqual(expected);
        }),
        { numRuns: 60 },
      );
    });
  });

  test('bitmaps, where 1 is black', () => {
    fc.assert(
      fc.property(anyImages({ max: 1 }), files, (image, how) => {
        const { width, height, samples } = image;
        const channels = [Buffer.concat(rowsOf(image).map((row) => packed(row, 1)))];
        const file = buildPsd({ width, height, mode: 'bitmap', depth: 1, channels, ...how });
        expect([...psd.decode(file).pixels]).toEqual(samples.map((bit) => (bit === 1 ? 0 : 255)));
      }),
    );
  });

  test('palette indexes', () => {
    const colourData = Buffer.from(
      [0, 1, 2].flatMap((n) => Array.from({ length: 256 }, (_, i) => (i * (n + 1)) & 255)),
    );
    fc.assert(
      fc.property(anyImages(), files, (image, how) => {
        const { width, height, samples } = image;
        const channels = [Buffer.from(samples)];
        const file = buildPsd({ width, height, mode: 'indexed', colourData, channels, ...how });
        const expected = samples.flatMap((i) => [i, (i * 2) & 255, (i * 3) & 255]);
        expect([...psd.decode(file).pixels]).toEqual(expected);
      }),
    );
  });
});

describe('Lab', () => {
  const labOf = (depth: number, ...lab: [number, number, number]) =>
    buildPsd({
      ...{ width: 1, height: 1, mode: 'lab', depth },
      channels: lab.map((n) => (depth === 16 ? be16(n) : Buffer.of(n))),
    });

  // LittleCMS 2 with its built-in Lab and sRGB profiles, relative colorimetric, not optimised.
  test.each<[lab: [number, number, number], rgb: [number, number, number]]>([
    [
      [0, 128, 128],
      [0, 0, 0],
    ],
    [
      [128, 128, 128],
      [119, 119, 119],
    ],
    [
      [251, 128, 128],
      [250, 250, 250],
    ],
    [
      [255, 128, 128],
      [255, 255, 255],
    ],
    [
      [223, 81, 147],
      [118, 243, 181],
    ],
    [
      [222, 129, 198],
      [248, 215, 75],
    ],
    [
      [102, 170, 50],
      [89, 70, 226],
    ],
    [
      [78, 180, 158],
      [144, 9, 29],
    ],
  ])('%j is sRGB %j within 1', (lab, rgb) => {
    const pixels = [...psd.decode(labOf(8, ...lab)).pixels];
    for (const [i, value] of pixels.entries()) {
      expect(Math.abs(value - (rgb[i] ?? NaN)), `${pixels}`).toBeLessThanOrEqual(1);
    }
  });

  test.each([
    ['8', 8, 128],
    ['16', 16, 32_768],
  ])(
    'of %s bits is neutral in the middle, black at 0 and white at the maximum',
    (_, depth, middle) => {
      const max = 2 ** depth - 1;
      const grays = [0, max >> 3, max >> 1, max].map((lightness) => {
        const [red, green, blue] = psd.decode(labOf(depth, lightness, middle, middle)).pixels;
        expect([green, blue]).toEqual([red, red]);
        return red ?? NaN;
      });
      expect(grays).toEqual(grays.toSorted((a, b) => a - b));
      expect([grays[0], grays[3]]).toEqual([0, max]);
    },
  );

  test('of 16 bits matches 8 bits in finer steps', () => {
    const coarse = [...psd.decode(labOf(8, 150, 150, 100)).pixels];
    const fine = [...psd.decode(labOf(16, 150 * 257, 150 * 256, 100 * 256)).pixels];
    expect(fine.map((n) => Math.round(n / 257))).toEqual(coarse);
  });
});

describe('an extra channel is', () => {
  test.each<[what: string, parts: Partial<PsdParts>, channels: number]>([
    ['transparency if the layers say so', { layerCount: -1 }, 4],
    ['a selection if they do not', { layerCount: 1 }, 3],
    ['a selection if there are no layers', {}, 3],
    ['transparency if a block says so', { layerBlocks: [layerBlock('Mt16', [])] }, 4],
    [
      'transparency if 16-bit layers say so',
      { layerBlocks: [layerBlock('Patt', [1]), layerBlock('Lr16', be16(0xffff))] },
      4,
    ],
    [
      'transparency if the 16-bit layers of a large file say so',
      {
        isLarge: true,
        layerBlocks: [layerBlock('Lr16', be16(0xffff), { isLarge: true })],
      },
      4,
    ],
    [
      'a selection if 16-bit layers do not say so',
      { layerBlocks: [layerBlock('Lr16', be16(1))] },
      3,
    ],
    ['ignored if blocks are malformed', { layerBlocks: [Buffer.alloc(50, 7)] }, 3],
  ])('%s', (_, parts, channels) => {
    expect(psd.decode(buildPsd({ ...rgba, ...parts })).channels).toBe(channels);
  });

  test('used only once', () => {
    const five = { ...rgba, channels: [...rgba.channels, Buffer.of(9, 9, 9, 9)], layerCount: -1 };
    expect(psd.decode(buildPsd(five))).toEqual(psd.decode(buildPsd({ ...rgba, layerCount: -1 })));
  });

  test('ignored next to a palette', () => {
    const channels = [...indexed.channels, Buffer.of(9, 9, 9, 9)];
    const file = buildPsd({ ...indexed, channels, layerCount: -1 });
    expect(psd.decode(file)).toEqual(psd.decode(buildPsd(indexed)));
  });

  test('absent when the file has none', () => {
    expect(psd.decode(buildPsd({ ...rgb, layerCount: -1 })).channels).toBe(3);
  });
});

test('the transparent colour of a palette is decoded as transparent', () => {
  const resources = [psdResource(1005, [1, 2, 3]), psdResource(1047, [0, 254])];
  const { pixels, channels } = psd.decode(buildPsd({ ...indexed, resources }));
  expect({ pixels: [...pixels], channels }).toEqual({
    pixels: [0, 255, 1, 255, 254, 0, 255, 255],
    channels: 2,
  });
});

describe('a file without a flattened image is rejected for that reason', () => {
  const rejection = {
    code: 'UNSUPPORTED_FORMAT',
    message:
      'PSD saved without a flattened image of its layers is not supported. Save it with “Maximize Compatibility”, or as PNG.',
  };

  test('when it says so', () => {
    const without = { ...rgb, resources: [versionInfo(false)], layerCount: 3 };
    expect(outcomeOf(psd, buildPsd(without))).toMatchObject(rejection);
  });

  test('when nothing follows the layers', () => {
    const file = buildPsd({ ...rgb, layerCount: 3 });
    expect(outcomeOf(psd, file.subarray(0, -14))).toMatchObject(rejection);
  });

  test('but not when it has one', () => {
    const layered = { ...rgb, resources: [versionInfo(true)], layerCount: 3 };
    const flat = { ...rgb, resources: [versionInfo(false)] };
    expect(psd.decode(buildPsd(layered))).toEqual(psd.decode(buildPsd(rgb)));
    expect(psd.decode(buildPsd(flat))).toEqual(psd.decode(buildPsd(rgb)));
  });
});

describe('is rejected:', () => {
  test.each<[what: string, file: Uint8Array, code: string, message: string]>([
    [
      'a size that the file cannot hold',
      buildPsd({ ...rgb, width: 30_000, height: 30_000 }),
      'CORRUPT_IMAGE',
      'Expected 2700000000 bytes of pixel data at byte 40 but the file ends after 52.',
    ],
    [
      'a size that no packing can give',
      buildPsd({ ...rgb, width: 30_000, height: 1, isPacked: true }),
      'CORRUPT_IMAGE',
      'Expected 1416 bytes of pixel data at byte 40',
    ],
    [
      'a packed row that is too short',
      buildPsd({ ...rgb, width: 3, isPacked: true }),
      'CORRUPT_IMAGE',
      'Expected the packed row at byte 52 to give 3 bytes but it gives 2.',
    ],
    [
      'a packed row that is too long',
      buildPsd({
        ...rgb,
        width: 1,
        channels: [Buffer.of(5, 5), Buffer.of(5, 5), Buffer.of(5, 5)],
        height: 1,
        isPacked: true,
      }),
      'CORRUPT_IMAGE',
      'to give 1 bytes but it gives 0.',
    ],
    [
      '32 bits',
      buildPsd({ ...rgb, depth: 32 }),
      'UNSUPPORTED_FORMAT',
      'PSD with 32 bits per channel',
    ],
    [
      'multichannel',
      buildPsd({ ...rgb, mode: 'multichannel' }),
      'UNSUPPORTED_FORMAT',
      'PSD in multichannel mode is not supported.',
    ],
    ['ZIP', buildPsd({ ...rgb, compression: 2 }), 'UNSUPPORTED_FORMAT', 'PSD with ZIP compression'],
    ['an unknown compression', buildPsd({ ...rgb, compression: 4 }), 'CORRUPT_IMAGE', 'found 4.'],
    ['too few channels', buildPsd({ ...rgb, mode: 'cmyk' }), 'CORRUPT_IMAGE', 'Expected 4 to 56'],
    ['RGB of 1 bit', buildPsd({ ...rgb, depth: 1 }), 'CORRUPT_IMAGE', 'Expected 8 or 16 bits'],
    ['no height', buildPsd({ ...rgb, height: 0 }), 'CORRUPT_IMAGE', 'says 2 x 0.'],
    [
      'a palette of another size',
      buildPsd({ ...indexed, colourData: Buffer.alloc(48) }),
      'CORRUPT_IMAGE',
      'Expected a palette of 768 bytes but it has 48.',
    ],
    [
      'an unknown version',
      Buffer.from(buildPsd(rgb)).fill(3, 5, 6),
      'UNSUPPORTED_FORMAT',
      'PSD version 3',
    ],
    [
      'an unknown mode',
      Buffer.from(buildPsd(rgb)).fill(5, 25, 26),
      'CORRUPT_IMAGE',
      'Expected a known colour mode but the header says 5.',
    ],
  ])('%s', (_, file, code, message) => {
    expect(outcomeOf(psd, file)).toMatchObject({ code, message: expect.stringContaining(message) });
  });
});
