import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mulberry32 } from '../../src/convert/gray/mulberry32.ts';
import { encodeGrayPng } from '../../src/gray-png/index.ts';
import type { PngSource } from '../../src/gray-png/pixel-kinds.ts';
import { oracleGray } from '../convert/gray/gray-of.ts';
import { decoders } from './decoders.ts';
import { contents, drawImage, type ImageSize } from './images.ts';

/** Images with 16 bits per sample are written with 8. */
const shapes = fc.oneof(
  fc.record({ channels: fc.constantFrom(1, 2, 3, 4), depth: fc.constant(8) }),
  fc.record({ channels: fc.constantFrom(1, 2, 3), depth: fc.constant(16) }),
) as fc.Arbitrary<Pick<ImageSize, 'channels' | 'depth'>>;

const sides = fc.oneof(
  fc.integer({ min: 1, max: 40 }),
  fc.constantFrom(15, 16, 17, 31, 32, 33, 63, 64, 65, 255, 256, 257),
);

describe.each(Object.entries(decoders))('%s reads', (_, decode) => {
  test('any image', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(contents)),
        fc.record({ width: sides, height: sides }),
        shapes,
        fc.nat(),
        fc.constantFrom('opaque', 'last clear', 'every third clear'),
        async (content, size, shape, seed, alpha) => {
          const last = size.width * size.height - 1;
          const isClear = {
            opaque: () => false,
            'last clear': (pixel: number) => pixel === last,
            'every third clear': (pixel: number) => pixel % 3 === 0,
          }[alpha];
          const source = drawImage(content, { ...size, ...shape }, { seed, isClear });
          const { bytes, channels } = await encodeGrayPng(source);
          const decoded = await decode(bytes);
          expect(decoded).toEqual({ ...size, ...expectedOf(source) });
          expect(channels).toBe(decoded.channels);
        },
      ),
      { numRuns: 160 },
    );
  });

  // Rows of 131072 bytes of gray, and longer ones, do not fit into the kernel’s memory.
  test.each<ImageSize>([
    { width: 300_000, height: 1, channels: 1, depth: 8 },
    { width: 70_000, height: 3, channels: 3, depth: 8 },
    { width: 140_001, height: 2, channels: 4, depth: 8 },
    { width: 40_000, height: 2, channels: 2, depth: 16 },
    { width: 1, height: 70_000, channels: 1, depth: 8 },
    { width: 2, height: 33_000, channels: 2, depth: 16 },
    { width: 700, height: 1_000, channels: 3, depth: 8 },
    { width: 2_320, height: 172, channels: 4, depth: 8 },
    { width: 90_000, height: 2, channels: 3, depth: 16 },
  ])('an image larger than the kernel’s memory: %j', async (size) => {
    for (const content of ['photo', 'glyphs', 'black']) {
      const source = drawImage(content, size, { isClear: (pixel) => [5, 379_145].includes(pixel) });
      const { bytes } = await encodeGrayPng(source);
      const decoded = await decode(bytes);
      const expected = expectedOf(source);
      expect(decoded.channels).toBe(expected.channels);
      expect(decoded.samples.findIndex((value, i) => value !== expected.samples[i])).toBe(-1);
    }
  });
});

// The encoder decides anew for each part, and refers to parts that it encoded in another way.
test.each([1, 2, 3, 4, 5, 6])('bands of different contents survive, in order %i', async (seed) => {
  const decode = decoders['fast-png'] as (typeof decoders)[string];
  const random = mulberry32(seed);
  const size = { width: 1_300, height: 90, channels: 1, depth: 8 } as const;
  const names = Array.from({ length: 12 }, () => {
    const all = Object.keys(contents);
    return all[Math.floor(random() * all.length)] as string;
  });
  const bands = names.map((content) => drawImage(content, size, { seed }).pixels);
  const pixels = Buffer.concat(bands as Uint8Array[]);
  const source = { ...size, pixels, height: 90 * bands.length };
  const { samples } = await decode((await encodeGrayPng(source)).bytes);
  expect(Buffer.compare(Buffer.from(samples), pixels), names.join(', ')).toBe(0);
});

test.each<[string, PngSource, RegExp]>([
  [
    'fewer pixels than its size says',
    { pixels: new Uint8Array(11), width: 2, height: 2, channels: 3 },
    /12 samples for 2 x 2 pixels of 3 channels but received 11/,
  ],
  [
    'colours whose 16 bits shall all be kept',
    { pixels: new Uint16Array(12), width: 2, height: 2, channels: 3 },
    /16 to 16, 2; 16 to 8, 3 but received 16 to 16, 3/,
  ],
  [
    'no rows',
    { pixels: new Uint8Array(0), width: 2, height: 0, channels: 1 },
    /a whole number from 1 to 2147483647 for height but received 0/,
  ],
])('rejects %s', async (_, source, message) => {
  await expect(encodeGrayPng(source)).rejects.toThrow(message);
});

function expectedOf({ pixels, channels, width, height, depth }: PngSource) {
  const bits = pixels.BYTES_PER_ELEMENT * 8;
  const white = 2 ** bits - 1;
  const scale = (value: number) => (depth === 8 ? Math.round((value * 255) / white) : value);
  const keepsAlpha =
    channels === 2 || (channels === 4 && pixels.some((value, i) => i % 4 === 3 && value !== white));
  const samples: number[] = [];
  for (let i = 0; i < width * height * channels; i += channels) {
    const [first, second, third] = pixels.subarray(i, i + 3) as unknown as [number, number, number];
    samples.push(channels < 3 ? first : scale(oracleGray(first, second, third)));
    if (keepsAlpha) samples.push(pixels[i + channels - 1] as number);
  }
  return { channels: keepsAlpha ? 2 : 1, depth: depth ?? bits, samples };
}
