import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jxlDecoder } from '../../../src/convert/decode/jxl/decode-jxl.ts';
import { flipBit } from '../../../testing/images.ts';
import {
  fixture,
  fixtureSize,
  gray,
  gray16,
  grayAlpha,
  largestDifference,
  outcomeOf,
  rejection,
  rgb,
  rgba,
  rgba16,
  samplesOf,
  seenThrough,
} from './wasm-fixtures.ts';

const { readHeader, decode } = jxlDecoder;
const srgb = { primaries: 1, transfer: 13 };

describe('samples of', () => {
  // The encoder stored the alpha of rgba16.jxl in 8 bits.
  test.each([
    ['gray.jxl', gray, { channels: 1, depth: 8, hasAlpha: false }, 0],
    ['rgb.jxl', rgb, { channels: 3, depth: 8, hasAlpha: false }, 0],
    ['rgba.jxl', rgba, { channels: 4, depth: 8, hasAlpha: true }, 0],
    ['gray-alpha.jxl', grayAlpha, { channels: 2, depth: 8, hasAlpha: true }, 0],
    ['gray16.jxl', gray16, { channels: 1, depth: 16, hasAlpha: false }, 0],
    ['rgba16.jxl', rgba16, { channels: 4, depth: 16, hasAlpha: true }, 128],
    ['rgb-lossy.jxl', rgb, { channels: 3, depth: 8, hasAlpha: false }, 20],
    ['rgb-container.jxl', rgb, { channels: 3, depth: 8, hasAlpha: false }, 0],
  ] as const)('%s', async (name, pixel, facts, tolerance) => {
    const bytes = fixture(name);
    expect(await readHeader(bytes)).toEqual({ ...fixtureSize, pages: 1, cicp: srgb, ...facts });
    const { pixels, ...decoded } = await decode(bytes);
    expect(decoded).toEqual({ ...fixtureSize, channels: facts.channels });
    expect(pixels.BYTES_PER_ELEMENT).toBe(facts.depth > 8 ? 2 : 1);
    expect(largestDifference(pixels, samplesOf(pixel))).toBeLessThanOrEqual(tolerance);
  });

  test('colours premultiplied by alpha are unpremultiplied', async () => {
    const { pixels } = await decode(asPremultiplied(fixture('rgba.jxl')));
    expect([...pixels]).toEqual(samplesOf((x, y) => seenThrough(rgba(x, y))));
  });

  /** Of the header’s 39 bits, bit 17 says that the alpha is of the default kind. */
  function asPremultiplied(bytes: Buffer): Buffer {
    const header = bitsOf(bytes.subarray(2, 7)).slice(0, 39);
    expect(header[17]).toBe('1');
    const [type, depth, shift, nameLength] = ['00', '000', '00', '00'];
    const own = `0${type}${depth}${shift}${nameLength}1`;
    const changed = header.slice(0, 17) + own + header.slice(18);
    return Buffer.concat([bytes.subarray(0, 2), fromBits(changed), bytes.subarray(7)]);
  }
});

test('the frames of an animation are counted and the first is decoded', async () => {
  const bytes = fixture('animation.jxl');
  expect(await readHeader(bytes)).toMatchObject({ ...fixtureSize, pages: 3 });
  const { pixels } = await decode(bytes);
  expect([...pixels.filter((_, i) => i % 4 === 0)]).toEqual(samplesOf(gray));
});

describe('orientation', () => {
  // Written from the EXIF table, independently of the product: where each pixel of the upright image is stored.
  const stored: Record<number, (x: number, y: number) => [x: number, y: number]> = {
    1: (x, y) => [x, y],
    2: (x, y) => [23 - x, y],
    3: (x, y) => [23 - x, 15 - y],
    4: (x, y) => [x, 15 - y],
    5: (x, y) => [y, x],
    6: (x, y) => [y, 15 - x],
    7: (x, y) => [23 - y, 15 - x],
    8: (x, y) => [23 - y, x],
  };

  test.each([2, 3, 4, 5, 6, 7, 8])('%d is applied', async (orientation) => {
    const bytes = withOrientation(fixture('animation.jxl'), orientation);
    expect(await readHeader(bytes)).toMatchObject({ ...fixtureSize, orientation });
    const upright = orientation >= 5 ? { width: 16, height: 24 } : fixtureSize;
    const { pixels, ...decoded } = await decode(bytes);
    expect(decoded).toEqual({ ...upright, channels: 4 });
    const place = stored[orientation];
    expect([...pixels.filter((_, i) => i % 4 === 0)]).toEqual(
      samplesOf((x, y) => gray(...(place?.(x, y) ?? [0, 0])), upright),
    );
  });

  /** It follows the signature, the size (9 bits) and two flags, in a file with extra fields. */
  function withOrientation(bytes: Buffer, orientation: number): Buffer {
    const start = bytes.indexOf('\xff\x0a', 'latin1') * 8 + 16 + 9 + 2;
    for (let i = 0; i < 3; i++) {
      const [at, mask] = [(start + i) >> 3, 1 << ((start + i) & 7)];
      const isSet = ((orientation - 1) >> i) & 1;
      bytes[at] = isSet ? (bytes[at] ?? 0) | mask : (bytes[at] ?? 0) & ~mask;
    }
    return bytes;
  }
});

describe('colour information is returned:', () => {
  test('Display P3 by its number', async () => {
    const cicp = { primaries: 12, transfer: 13 };
    expect(await readHeader(fixture('p3.jxl'))).toMatchObject({ cicp });
    expect([...(await decode(fixture('p3.jxl'))).pixels]).toEqual(samplesOf(rgb));
  });

  test('a profile, together with the pixels', async () => {
    expect(await readHeader(fixture('profile.jxl'))).not.toHaveProperty('cicp');
    const { pixels, icc } = await decode(fixture('profile.jxl'));
    expect(Buffer.from(icc ?? []).toString('latin1', 36, 40)).toBe('acsp');
    expect([...pixels]).toEqual(samplesOf(rgb));
  });
});

const whole = ['gray.jxl', 'rgba16.jxl', 'rgb-lossy.jxl', 'rgb-container.jxl', 'animation.jxl'];

describe.each(whole)('%s', (name) => {
  const bytes = fixture(name);

  test('is rejected wherever it is truncated', async () => {
    for (let length = 0; length < bytes.length; length++) {
      const rejected = await rejection(decode(bytes.subarray(0, length)));
      expect([length, rejected]).toEqual([
        length,
        expect.objectContaining({ name: 'ConversionError', code: 'CORRUPT_IMAGE' }),
      ]);
    }
  });

  test('with any bit changed is decoded or rejected, the same each time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (position) => {
        const flipped = flipBit(bytes, position);
        expect(await outcomeOf(jxlDecoder, flipped)).toEqual(await outcomeOf(jxlDecoder, flipped));
      }),
      { numRuns: 80, seed: 5 },
    );
  });
});

test('any bytes at all are rejected', async () => {
  const start = fc
    .constantFrom('\xff\x0a', '\0\0\0\x0cJXL \r\n\x87\n')
    .map((s) => Buffer.from(s, 'latin1'));
  await fc.assert(
    fc.asyncProperty(start, fc.uint8Array({ maxLength: 100 }), async (head, tail) => {
      expect(await outcomeOf(jxlDecoder, Buffer.concat([head, tail]))).toEqual(expect.any(String));
    }),
    { numRuns: 200, seed: 5 },
  );
});

test('a decompression bomb shows its size in the header', async () => {
  // An 18-bit height, the same width, and defaults for everything else.
  const height = bitsOf(Buffer.of(59_999 & 255, 59_999 >> 8, 0)).slice(0, 18);
  const bomb = Buffer.concat([Buffer.of(0xff, 0x0a), fromBits(`001${height}1001`)]);
  expect(await readHeader(bomb)).toMatchObject({ width: 60_000, height: 60_000, depth: 8 });
  expect(await rejection(decode(bomb))).toMatchObject({ code: 'CORRUPT_IMAGE' });
});

/** Least significant bit first, as in the format. */
function bitsOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => lowestFirst(byte.toString(2).padStart(8, '0'))).join('');
}

function fromBits(bits: string): Buffer {
  const bytes = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0').match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(lowestFirst(byte), 2)));
}

function lowestFirst(bits: string): string {
  return [...bits].reverse().join('');
}

test('two concurrent decodes do not affect each other', async () => {
  const both = await Promise.all([decode(fixture('gray.jxl')), decode(fixture('rgb.jxl'))]);
  expect(both.map(({ pixels }) => [...pixels])).toEqual([samplesOf(gray), samplesOf(rgb)]);
});

test('many consecutive decodes leak no memory', async () => {
  const bytes = fixture('rgb.jxl');
  const afterSome = await rssAfter(10, bytes);
  const afterMore = await rssAfter(100, bytes);
  // An instance has 5 MB, so without releasing them this would take 0.5 GB.
  expect(afterMore - afterSome).toBeLessThan(300 * 2 ** 20);
});

async function rssAfter(count: number, bytes: Uint8Array): Promise<number> {
  for (let i = 0; i < count; i++) await decode(bytes);
  return process.memoryUsage.rss();
}
