import { describe, expect, test } from 'vitest';
import { av1Colours } from '../../../src/convert/decode/heif/av1-sequence.ts';
import { expandLimited } from '../../../src/convert/decode/sample-range.ts';
import { buildHeif, codedImage, property } from '../../../testing/heif.ts';
import { fixture } from '../decode/wasm-fixtures.ts';
import { convert, file, patches, withoutColr } from './numbered-files.ts';

test.each([
  ['0a0d000000032cffcfff9b0c100120', { primaries: 12, transfer: 16, matrix: 1, isLimited: true }],
  ['0a0d200000032cffcfff9a12201320', { primaries: 9, transfer: 16, matrix: 9, isLimited: false }],
  ['12000a09381967feda021a0040', { primaries: 1, transfer: 13, matrix: 0, isLimited: false }],
])('the AV1 sequence header %s of FFmpeg 7.0.2 (libaom)', (header, colours) => {
  expect(av1Colours(Buffer.from(header, 'hex'))).toEqual(colours);
});

describe('limited gray is expanded', () => {
  const expected = [0, 64, 128, 192, 255];

  test.each([
    'gray-limited.avif',
    'gray-limited-10bit.avif',
    'gray-limited-12bit.avif',
    'gray-limited.heic',
    'gray-limited-10bit.heic',
  ])('%s', async (name) => {
    expect(await patches(file(name), 5)).toEqual(expected);
    expect(await patches(file(name), 5, { colour: 'raw' })).toEqual(expected);
  });

  test('by the AV1 data alone', async () => {
    for (const name of ['gray-limited.avif', 'gray-limited-10bit.avif']) {
      expect(await patches(withoutColr(file(name)), 5)).toEqual(expected);
    }
  });

  test('without its alpha', () => {
    const samples = Uint8Array.of(16, 16, 16, 16, 235, 235, 235, 235);
    expandLimited(samples, { depth: 8, channels: 4 });
    expect([...samples]).toEqual([0, 0, 0, 16, 255, 255, 255, 235]);
  });

  test('by the properties of a HEIC', async () => {
    const { hvcC, data } = codedImage(fixture('tile-gray.heic'));
    const heic = (isLimited: boolean) =>
      buildHeif({
        items: [
          {
            type: 'hvc1',
            data,
            properties: [hvcC, property.size(80, 64), property.colours(1, 13, { isLimited })],
          },
        ],
      });
    const full = await convert(heic(false));
    const limited = await convert(heic(true));
    const expand = (v: number) => Math.min(Math.max(Math.round(((v - 16) * 255) / 219), 0), 255);
    expect([...limited.pixels]).toEqual([...full.pixels].map(expand));
  });
});
