import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { be16, be32, joined } from '../../../testing/byte-parts.ts';
import { convert, file } from './numbered-files.ts';

describe('EXIF', () => {
  /** A JPEG of one gray, with EXIF's colour space and interoperability index. */
  async function jpeg(space: number, index = '', order: 'II' | 'MM' = 'MM', channels: 1 | 3 = 3) {
    const background = { r: 200, g: 60, b: 30 };
    const plain = sharp({ create: { width: 16, height: 16, channels: 3, background } });
    const image = await (channels === 1 ? plain.toColourspace('b-w') : plain)
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const [u16, u32] =
      order === 'MM'
        ? [be16, be32]
        : [(n: number) => be16(n).reverse(), (n: number) => be32(n).reverse()];
    const short = (tag: number, value: number) =>
      joined(u16(tag), u16(3), u32(1), u16(value), [0, 0]);
    const long = (tag: number, value: number) => joined(u16(tag), u16(4), u32(1), u32(value));
    const directory = (...entries: Uint8Array[]) => joined(u16(entries.length), ...entries, u32(0));
    const first = directory(long(0x8769, 26));
    const details = directory(short(0xa001, space), long(0xa005, 56));
    const other = directory(joined(u16(1), u16(2), u32(4), `${index.padEnd(3, '\0')}\0`));
    const tiff = joined(order, u16(42), u32(8), first, details, other);
    const app1 = joined('Exif\0\0', tiff);
    return joined([0xff, 0xd8, 0xff, 0xe1], be16(app1.length + 2), app1, image.subarray(2));
  }

  test('of Adobe RGB in a file', async () => {
    const { pixels, width } = await convert(file('adobe-rgb.jpg'));
    expect(pixels[60 * width + 8]).toBe(128);
  });

  test.each([
    ['R03', 65_535, 'R03', 105, []],
    ['R03 in a file of the other byte order', 65_535, 'R03', 105, []],
    ['the colour space 2', 2, '', 105, []],
    ['sRGB', 1, 'R98', 98, []],
    ['sRGB, with any index', 1, 'R03', 98, []],
    ['uncalibrated colours', 65_535, '', 98, ['colour']],
  ])('of %s', async (name, space, index, expected, losses) => {
    const bytes = await jpeg(space, index, name.includes('other') ? 'II' : 'MM');
    const outcome = await convert(bytes);
    expect(Math.abs((outcome.pixels[0] ?? 0) - expected)).toBeLessThanOrEqual(1);
    expect(outcome.losses).toEqual(losses);
  });

  test('is ignored if its offsets are damaged', async () => {
    const bytes = Buffer.from(await jpeg(65_535, 'R03'));
    bytes.fill(0xff, 30, 34);
    expect((await convert(bytes)).losses).toEqual([]);
  });
});
