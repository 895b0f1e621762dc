import type { JpegOptions } from 'sharp';
import { describe, expect, it } from 'vitest';
import { readPlainJpeg } from '../../../src/convert/formats/plain-jpeg.ts';
import { readSharpHeader } from '../../../src/convert/formats/read-sharp-header.ts';
import { mulberry32 } from '../../../src/convert/gray/mulberry32.ts';
import { photoLike } from '../../../testing/images.ts';

const readBySharp = (bytes: Uint8Array) =>
  readSharpHeader(bytes, 'jpeg', { isLenient: false, compat: 'none' });

const plain: [name: string, options: JpegOptions][] = [
  ['baseline', {}],
  ['progressive', { progressive: true }],
  ['full chroma', { chromaSubsampling: '4:4:4' }],
  ['several scans and tables', { mozjpeg: true }],
];

function segment(marker: number, text: string): Buffer {
  const header = Buffer.from([0xff, marker, 0, text.length + 2]);
  return Buffer.concat([header, Buffer.from(text, 'latin1')]);
}

const exifSegment = segment(0xe1, 'Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0');

async function withSegments(...segments: Buffer[]): Promise<Buffer> {
  const jpeg = await photoLike().jpeg().toBuffer();
  return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
}

describe('the header of a plain JPEG', () => {
  it.each(plain)('equals that of sharp: %s', async (_, options) => {
    for (const image of [photoLike(), photoLike().toColourspace('b-w')]) {
      const bytes = await image.jpeg(options).toBuffer();
      const header = readPlainJpeg(bytes);
      expect(header).toBeDefined();
      expect(header).toEqual(await readBySharp(bytes));
    }
  });

  it('has the resolution of the file', async () => {
    const jpeg = await photoLike().jpeg().toBuffer();
    const jfif = Buffer.from('ffe000104a46494600010201012c00960000', 'hex');
    const bytes = Buffer.concat([jpeg.subarray(0, 2), jfif, jpeg.subarray(2)]);
    const { resolution } = readPlainJpeg(bytes) ?? {};
    expect(resolution).toEqual({ x: 300, y: 150, unit: 'inch' });
    expect(resolution).toEqual((await readBySharp(bytes)).resolution);
  });

  it.each([
    ['an orientation', () => photoLike().withMetadata({ orientation: 6 })],
    ['EXIF data', () => photoLike().withExif({ IFD0: { Artist: 'A' } })],
    ['a profile', () => photoLike().withIccProfile('p3')],
    ['XMP', () => photoLike().withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')],
  ])('equals that of sharp with %s', async (_, image) => {
    const bytes = await image().jpeg().toBuffer();
    const header = readPlainJpeg(bytes);
    expect(header).toBeDefined();
    expect(header).toEqual(await readBySharp(bytes));
  });

  const profilePart = (part: number, parts: number, text: string) =>
    segment(0xe2, `ICC_PROFILE\0${String.fromCharCode(part, parts)}${text}`);

  it('joins a profile in several parts', async () => {
    const bytes = await withSegments(profilePart(1, 2, 'ab'), profilePart(2, 2, 'cd'));
    expect(Buffer.from(readPlainJpeg(bytes)?.icc ?? []).toString()).toBe('abcd');
  });

  it.each([
    ['a profile without its first part', [profilePart(2, 2, 'cd')]],
    ['two EXIF segments', [exifSegment, exifSegment]],
    ['EXIF data that are no TIFF', [segment(0xe1, 'Exif\0\0ab')]],
    ['RGB samples', [segment(0xee, 'Adobe\0d\0\0\0\0\0')]],
  ])('is left to sharp if the file has %s', async (_, segments) => {
    expect(readPlainJpeg(await withSegments(...segments))).toBeUndefined();
  });

  it('is left to sharp if the file is CMYK', async () => {
    const bytes = await photoLike().toColourspace('cmyk').jpeg().toBuffer();
    expect(readPlainJpeg(bytes)).toBeUndefined();
  });

  it('is left to sharp if it is incomplete', async () => {
    const bytes = await photoLike().jpeg().toBuffer();
    expect(readPlainJpeg(bytes.subarray(0, bytes.indexOf('\xff\xda', 'latin1')))).toBeUndefined();
  });

  it.each([
    ['plain', () => photoLike()],
    ['with EXIF data and a profile', () => photoLike().withMetadata({ orientation: 6 })],
  ])('equals that of sharp in every damaged file that sharp accepts: %s', async (_, image) => {
    const random = mulberry32(1);
    const whole = await image().jpeg().toBuffer();
    const headerBytes = whole.indexOf('\xff\xda', 'latin1') + 14;
    let compared = 0;
    for (let i = 0; i < 300; i++) {
      const bytes = Buffer.from(whole);
      bytes[2 + Math.floor(random() * (headerBytes - 2))] = random() * 256;
      const header = readPlainJpeg(bytes);
      // The decoder rejects what it also rejects as a header.
      const expected = header && (await readBySharp(bytes).catch(() => undefined));
      if (!expected) continue;
      expect(header).toEqual(expected);
      compared++;
    }
    expect(compared).toBeGreaterThan(30);
  });
});
