import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { toGrayscale } from '../../../src/convert/index.ts';
import { joined } from '../../../testing/byte-parts.ts';
import { orientedJpeg, orientedPng, photoLike, photoLikePixels } from '../../../testing/images.ts';
import { buildPng, parsePng } from '../../../testing/png.ts';
import { grayOf, oraclePixels } from './gray-of.ts';

const [width, height] = [23, 17];

/** The position in the stored image of the pixel at x, y of the upright one (EXIF 2.32, 4.6.5.1). */
const storedAt: Record<number, (x: number, y: number) => [x: number, y: number]> = {
  1: (x, y) => [x, y],
  2: (x, y) => [width - 1 - x, y],
  3: (x, y) => [width - 1 - x, height - 1 - y],
  4: (x, y) => [x, height - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y) => [y, height - 1 - x],
  7: (x, y) => [width - 1 - y, height - 1 - x],
  8: (x, y) => [width - 1 - y, x],
};

describe.each([1, 2, 3, 4, 5, 6, 7, 8])('EXIF orientation %d', (orientation) => {
  const isTurned = orientation >= 5;
  const upright = isTurned ? { width: height, height: width } : { width, height };

  test.each([
    ['PNG', () => orientedPng(orientation, { width, height })],
    [
      'TIFF',
      () =>
        photoLike({ width, height })
          .withMetadata({ orientation })
          .tiff({ compression: 'lzw' })
          .toBuffer(),
    ],
    [
      'lossless WebP',
      () =>
        photoLike({ width, height })
          .withMetadata({ orientation })
          .webp({ lossless: true })
          .toBuffer(),
    ],
  ])('of a %s is applied', async (_, make) => {
    const stored = oraclePixels(photoLikePixels({ width, height }));
    const { png } = await grayOf(await make());
    expect({ width: png.width, height: png.height }).toEqual(upright);
    expect([...png.pixels]).toEqual(uprightOf(stored, orientation));
  });

  test.each([
    ['before', true],
    ['after', false],
  ])('of a PNG is applied when it comes %s the pixels', async (_, isBefore) => {
    const rows = photoLikePixels({ width, height });
    const exif: [string, Uint8Array] = ['eXIf', exifOf(orientation)];
    const parts = { width, height, colourType: 'rgb', rows } as const;
    const bytes = buildPng(isBefore ? { ...parts, chunks: [exif] } : { ...parts, after: [exif] });
    const { png, source } = await grayOf(bytes);
    expect([...png.pixels]).toEqual(uprightOf(oraclePixels(rows), orientation));
    expect(source.orientation).toBe(orientation);
    const ignored = await toGrayscale(bytes, { orientation: 'ignore' });
    expect(ignored).toMatchObject({ width, height });
    expect([...parsePng(ignored.bytes).pixels]).toEqual(oraclePixels(rows));
  });

  test.each<[string, (text: string) => [string, Uint8Array]]>([
    ['tEXt', (text) => ['tEXt', Buffer.from(`Raw profile type exif\0${text}`)]],
    ['zTXt', (text) => ['zTXt', joined('Raw profile type exif\0\0', deflateSync(text))]],
    ['zTXt, APP1', (text) => ['zTXt', joined('Raw profile type APP1\0\0', deflateSync(text))]],
    ['iTXt', (text) => ['iTXt', joined('Raw profile type exif\0\0\0\0\0', text)]],
    [
      'compressed iTXt',
      (text) => ['iTXt', joined('Raw profile type exif\0\x01\0en\0\0', deflateSync(text))],
    ],
  ])('of a PNG is found in a text: %s', async (_, chunkOf) => {
    const rows = photoLikePixels({ width, height });
    const bytes = buildPng({
      ...{ width, height, colourType: 'rgb', rows },
      chunks: [chunkOf(rawProfile(joined('Exif\0\0', exifOf(orientation))))],
    });
    const { png } = await grayOf(bytes);
    expect([...png.pixels]).toEqual(uprightOf(oraclePixels(rows), orientation));
  });

  test('of an animation turns each frame, including its alpha and bits', async () => {
    const frames = [1, 2, 3].map((seed) => photoLikePixels({ width, height, seed }));
    const strip = rgbaOf(Buffer.concat(frames));
    const raw = { width, height: height * 3, channels: 4 as const, pageHeight: height };
    const bytes = await sharp(strip, { raw })
      .withMetadata({ orientation })
      .webp({ lossless: true, exact: true })
      .toBuffer();
    const image = await toGrayscale(bytes, {
      method: 'green',
      format: 'tiff',
      depth: '16',
    });
    expect(image).toMatchObject({ ...upright, frames: 3, depth: 16, channels: 2 });
    const pages = await sharp(image.bytes, { pages: -1 })
      .toColourspace('rgb16')
      .raw({ depth: 'ushort' })
      .toBuffer();
    const turned = new Uint16Array(pages.buffer, pages.byteOffset, pages.length / 2);
    const greens = frames.map((frame) => [...frame.filter((_, i) => i % 3 === 1)]);
    const expected = greens.flatMap((frame) => uprightOf(frame, orientation));
    expect([...turned].filter((_, i) => i % 4 === 0)).toEqual(expected.map((v) => (v ?? 0) * 257));
    expect(new Set(turned.filter((_, i) => i % 4 === 3))).toEqual(new Set([200 * 257]));
  });

  test('of a JPEG is reflected in the sizes', async () => {
    const image = await grayOf(await orientedJpeg(orientation, { width, height }));
    expect(image).toMatchObject({ ...upright, source: { width, height, orientation } });
  });
});

test('an image without orientation reports none', async () => {
  const { source } = await grayOf(await photoLike().png().toBuffer());
  expect(source).not.toHaveProperty('orientation');
});

test.each([
  ['no orientation', exifOf(0)],
  ['an unknown orientation', exifOf(9)],
  ['half a directory', exifOf(6).subarray(0, 12)],
  ['another byte order than it says', Buffer.from('IIMM0000')],
  ['nothing', Buffer.alloc(0)],
])('EXIF with %s after the pixels is ignored', async (_, exif) => {
  const rows = photoLikePixels({ width, height });
  const after: [string, Uint8Array][] = [['eXIf', exif]];
  const { png } = await grayOf(buildPng({ width, height, colourType: 'rgb', rows, after }));
  expect([...png.pixels]).toEqual(oraclePixels(rows));
});

test.each<[string, string, Uint8Array]>([
  ['without end', 'zTXt', joined('Raw profile type exif')],
  ['damaged', 'zTXt', joined('Raw profile type exif\0\0', [1, 2, 3])],
  ['of 16 megabytes', 'zTXt', joined('Raw profile type exif\0\0', bomb())],
  ['without digits', 'tEXt', joined('Raw profile type exif\0\nexif\n 8\n')],
  ['short', 'iTXt', joined('Raw profile type exif\0')],
])('EXIF in a text %s is ignored', async (_, type, data) => {
  const rows = photoLikePixels({ width, height });
  const { png } = await grayOf(
    buildPng({ width, height, colourType: 'rgb', rows, chunks: [[type, data]] }),
  );
  expect([...png.pixels]).toEqual(oraclePixels(rows));
});

/** Zeros that deflate to a thousandth. */
function bomb(): Buffer {
  return deflateSync(Buffer.alloc(2 ** 24));
}

/** As ImageMagick writes it; Pillow 12.3 reads the orientation from such a text. */
function rawProfile(exif: Uint8Array): string {
  const lines =
    Buffer.from(exif)
      .toString('hex')
      .match(/.{1,72}/g) ?? [];
  return `\nexif\n${String(exif.length).padStart(8)}\n${lines.join('\n')}\n`;
}

function uprightOf(stored: number[], orientation: number): (number | undefined)[] {
  const across = orientation >= 5 ? height : width;
  return Array.from({ length: width * height }, (_, i) => {
    const at = storedAt[orientation]?.(i % across, Math.floor(i / across));
    return at && stored[at[1] * width + at[0]];
  });
}

/** A directory with two entries, the second one the orientation; big-endian for odd orientations. */
function exifOf(orientation: number): Buffer {
  const isLittle = orientation % 2 === 0;
  const exif = Buffer.alloc(8 + 2 + 2 * 12 + 4);
  exif.write(isLittle ? 'II*\0' : 'MM\0*', 'latin1');
  const short = (value: number, at: number) =>
    isLittle ? exif.writeUInt16LE(value, at) : exif.writeUInt16BE(value, at);
  const long = (value: number, at: number) =>
    isLittle ? exif.writeUInt32LE(value, at) : exif.writeUInt32BE(value, at);
  long(8, 4);
  short(2, 8);
  [
    [0x0100, 3, 1],
    [0x0112, 3, orientation],
  ].forEach(([tag = 0, type = 0, value = 0], i) => {
    short(tag, 10 + i * 12);
    short(type, 12 + i * 12);
    long(1, 14 + i * 12);
    short(value, 18 + i * 12);
  });
  return exif;
}

function rgbaOf(rgb: Uint8Array): Buffer {
  const pixels = rgb.length / 3;
  return Buffer.from(
    Array.from({ length: pixels }, (_, i) => [...rgb.subarray(i * 3, i * 3 + 3), 200]).flat(),
  );
}
