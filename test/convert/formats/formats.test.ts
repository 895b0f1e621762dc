import { describe, expect, test } from 'vitest';
import { inputFormats, outputFormats } from '../../../src/convert/index.ts';
import {
  floatTiff,
  photoLike,
  photoLikeAvif,
  photoLikeGif,
  photoLikeJpeg,
  photoLikePng,
  photoLikeTiff,
  photoLikeWebp,
} from '../../../testing/images.ts';
import { stripTiff, tiledTiff } from '../../../testing/tiff.ts';
import { grayOf, rejectionOf } from '../gray/gray-of.ts';

describe('the format is detected from the content:', () => {
  test.each([
    ['jpeg', photoLikeJpeg],
    ['png', photoLikePng],
    ['webp', photoLikeWebp],
    ['gif', photoLikeGif],
    ['tiff', photoLikeTiff],
    ['tiff', () => photoLike().tiff({ bigtiff: true, compression: 'lzw' }).toBuffer()],
    ['tiff', tiledTiff],
    ['avif', photoLikeAvif],
    ['avif', async () => withBrands(await photoLikeAvif(), 'mif1', 'miaf', 'avif')],
  ] as const)('%s', async (format, make) => {
    const bytes = await make();
    expect((await grayOf(bytes)).source.format).toBe(format);
    const matching = Object.values(inputFormats).filter(({ matches }) => matches(bytes));
    expect(matching).toEqual([inputFormats[format]]);
  });
});

describe('an unsupported format is named:', () => {
  const save = 'Save the image in one of these formats.';
  const extractStill = 'Extract a still image from it first.';
  const render = 'Render it to PNG first.';
  const exportIt = 'Export it to PNG or TIFF first.';
  const toneMap = 'Tone map it to PNG or TIFF first.';
  const unpack = 'Unpack it and use the images in it.';
  const extractImages = 'Extract the images from it first, or render its pages to PNG.';
  const readIt = 'It may be an error message: read it, and use the image itself.';
  const zip = (name: string, content = '') => `PK\x03\x04${'\0'.repeat(26)}${name}${content}`;
  const at = (offset: number, text: string) => '\x01'.repeat(offset) + text;

  test.each<[looksLike: string, cure: string, bytes: string | Uint8Array]>([
    ['an MP4 video', extractStill, ftyp('isom', 'iso2', 'avc1', 'mp41')],
    ['a QuickTime video', extractStill, ftyp('qt  ')],
    ['a QuickTime video', extractStill, '\0\0\x10\0moov'],
    ['an AVI video', extractStill, 'RIFF\x10\0\0\0AVI LIST'],
    ['a RIFF file', save, 'RIFF\x10\0\0\0WAVEfmt '],
    ['a Matroska or WebM video', extractStill, '\x1a\x45\xdf\xa3\x01'],
    ['an MPEG video', extractStill, '\0\0\x01\xba!'],
    ['an MPEG video', extractStill, 'G@\0\x10'],
    ['a Flash video', extractStill, 'FLV\x01\x05'],
    ['a Windows Media video', extractStill, '\x30\x26\xb2\x75\x8e\x66\xcf\x11'],
    ['an Ogg video', extractStill, 'OggS\0\x02'],
    ['PDF', render, '%PDF-1.7\n'],
    ['PostScript', render, '%!PS-Adobe-3.0 EPSF-3.0'],
    ['PostScript', render, '\xc5\xd0\xd3\xc6\x20'],
    ['OpenEXR', toneMap, 'v/1\x01\x02'],
    ['Radiance HDR', toneMap, '#?RADIANCE\n'],
    ['FITS', toneMap, 'SIMPLE  =                    T'],
    ['DICOM', exportIt, at(128, 'DICM')],
    ['a GIMP image (XCF)', exportIt, 'gimp xcf v011'],
    ['an OS/2 icon or pointer', save, 'CI\x1a\0\0\0'],
    ['EMF', render, at(40, ' EMF')],
    ['WMF', render, '\xd7\xcd\xc6\x9a\0\0'],
    ['JPEG XR', save, 'II\xbc\x01\x20'],
    ['FLIF', save, 'FLIF41'],
    ['BPG', save, 'BPG\xfb\0'],
    ['MNG', save, '\x8aMNG\r\n\x1a\n'],
    ['JNG', save, '\x8bJNG\r\n\x1a\n'],
    ['DjVu', render, 'AT&TFORM\0'],
    ['ZIP', unpack, 'PK\x03\x04\x14'],
    ['ZIP', unpack, zip('photo.jpg')],
    ['a Krita image', exportIt, zip('mimetype', 'application/x-krita')],
    ['OpenRaster', exportIt, zip('mimetype', 'image/openraster')],
    ['an Office document', extractImages, zip('[Content_Types].xml')],
    [
      'an Office document',
      extractImages,
      zip('mimetype', 'application/vnd.oasis.opendocument.text'),
    ],
    ['an Office document', extractImages, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
    ['gzip', unpack, '\x1f\x8b\x08'],
    ['bzip2', unpack, 'BZh91AY'],
    ['xz', unpack, '\xfd7zXZ\0\0'],
    ['Zstandard', unpack, '\x28\xb5\x2f\xfd\x04'],
    ['7-Zip', unpack, "7z\xbc\xaf'\x1c"],
    ['RAR', unpack, 'Rar!\x1a\x07\x01'],
    ['tar', unpack, at(257, 'ustar\0')],
    ['SVG', render, '<!-- <svg xmlns="http://www.w3.org/2000/svg"/>'],
    [
      'HTML',
      'It may be an error page: open it in a browser, and use the image itself.',
      '\n<!DOCTYPE html><html><svg></svg></html>',
    ],
    ['HTML', 'It may be an error page: open it in a browser, and use the image itself.', '<HTML>'],
    ['XML', readIt, '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'],
    ['JSON', readIt, '{"error": "not found"}'],
    ['JSON', readIt, '[ {"a": 1} ]'],
    [
      'a Git LFS pointer',
      'Run git lfs pull and use the actual file.',
      'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n',
    ],
    ['text', save, 'see {1} and [2]'],
    ['text', save, Buffer.from('﻿Grüße,\tüberall\r\n')],
    ['text', save, Buffer.from(`x${'ä'.repeat(1_000)}`)],
    ['text', save, 'BMW is not a bitmap'],
    ['an unknown format', save, '\0\0\0\0\0\0'],
    ['an unknown format', save, '\x80\x81\x82\x83'],
    ['an unknown format', save, '\xff\xd8'],
  ])('%s', async (looksLike, cure, content) => {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
    expect(await rejectionOf(bytes)).toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      message: `Expected JPEG, PNG, WebP, GIF, TIFF, AVIF, HEIC, JPEG XL, JPEG 2000, PSD, QOI, BMP, ICO, PNM, camera raw, SGI, PCX, Sun raster, XBM, XPM, DDS, Photo CD or TGA but the content looks like ${looksLike}. ${cure}`,
    });
  });

  test('samples without a known black and white', async () => {
    expect(await rejectionOf(await floatTiff())).toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      message: expect.stringContaining('this TIFF has 1 x float (b-w)'),
    });
  });

  test('a TIFF that does not say what its many samples are', async () => {
    const samples = [1, 2, 3, 4, 5, 6];
    const sixSamples = stripTiff({ width: 1, height: 1, photometric: 2, bits: 8, samples });
    expect(await rejectionOf(sixSamples)).toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      message: expect.stringContaining('has 6 x uchar'),
    });
  });
});

test.each(Object.entries({ ...inputFormats, ...outputFormats }))(
  'the table lists the content type and extensions of %s',
  (format, { contentType, extensions, name }) => {
    expect(contentType).toMatch(/^image\/[a-z0-9.+-]+$/);
    const usual: Record<string, string> = { jpeg: 'jpg', tiff: 'tif', raw: 'dng', sun: 'ras' };
    expect(extensions).toContain(usual[format] ?? format);
    expect(name).not.toBe('');
    for (const extension of extensions) expect(extension).toMatch(/^[a-z0-9]+$/);
  },
);

function ftyp(major: string, ...compatible: string[]): string {
  const box = `ftyp${major}\0\0\0\0${compatible.join('')}`;
  return `\0\0\0${String.fromCharCode(box.length + 4)}${box}`;
}

/** The same file with other brands, as other programs write them. */
function withBrands(avif: Buffer, major: string, ...compatible: string[]): Buffer {
  const box = Buffer.from(avif);
  const room = (box.readUInt32BE(0) - 16) / 4;
  box.write(major, 8, 'latin1');
  compatible.slice(0, room).forEach((brand, i) => {
    box.write(brand, 16 + i * 4, 'latin1');
  });
  return box;
}
