import { describe, expect, test } from 'vitest';
import { inputFormats, outputFormats } from '../../src/convert/index.ts';
import {
  floatTiff,
  photoLike,
  photoLikeAvif,
  photoLikeGif,
  photoLikeJpeg,
  photoLikePng,
  photoLikeTiff,
  photoLikeWebp,
} from '../support/images.ts';
import { tiledTiff } from '../support/tiff.ts';
import { grayOf, refusalOf } from './gray-of.ts';

describe('content decides: it is recognised as', () => {
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

describe('what is not read is named:', () => {
  test.each<[looksLike: string, bytes: string | Uint8Array]>([
    ['an MP4 video', ftyp('isom', 'iso2', 'avc1', 'mp41')],
    ['a QuickTime video', ftyp('qt  ')],
    ['a camera’s raw image (CR3)', ftyp('crx ', 'isom')],
    ['an AVI video', 'RIFF\x10\0\0\0AVI LIST'],
    ['a RIFF file', 'RIFF\x10\0\0\0WAVEfmt '],
    ['a Matroska or WebM video', '\x1a\x45\xdf\xa3\x01'],
    ['an MPEG video', '\0\0\x01\xba!'],
    ['PDF', '%PDF-1.7\n'],
    ['PostScript', '%!PS-Adobe-3.0'],
    ['OpenEXR', 'v/1\x01\x02'],
    ['Radiance HDR', '#?RADIANCE\n'],
    ['DDS', 'DDS |'],
    ['ZIP', 'PK\x03\x04\x14'],
    ['gzip', '\x1f\x8b\x08'],
    ['7-Zip', "7z\xbc\xaf'\x1c"],
    ['RAR', 'Rar!\x1a\x07\x01'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['SVG', '<?xml version="1.0"?>\n<!-- drawn -->\n<svg>'],
    ['HTML', '\n<!DOCTYPE html><html><svg></svg></html>'],
    ['HTML', '<HTML>'],
    ['XML', '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'],
    ['text', '{"error": "not found"}'],
    ['text', Buffer.from('﻿Grüße,\tüberall\r\n')],
    ['text', Buffer.from(`x${'ä'.repeat(1_000)}`)],
    ['text', 'BMW is not a bitmap'],
    ['nothing that is recognised', '\0\0\0\0\0\0'],
    ['nothing that is recognised', '\x80\x81\x82\x83'],
    ['nothing that is recognised', '\xff\xd8'],
  ])('%s', async (looksLike, content) => {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
    expect(await refusalOf(bytes)).toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      message: `Expected JPEG, PNG, WebP, GIF, TIFF, AVIF, HEIC, JPEG XL, JPEG 2000, PSD, QOI, BMP, ICO, PNM or TGA but the content looks like ${looksLike}. Save the image in one of these formats.`,
    });
  });

  test('samples without a known black and white', async () => {
    expect(await refusalOf(await floatTiff())).toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      message: expect.stringContaining('this TIFF has 1 x float (b-w)'),
    });
  });

  test('a Photoshop-like TIFF with more channels than an image has', async () => {
    const pixels = new Uint8Array(4 * 4 * 6);
    const sixChannels = photoLike({ width: 4, height: 4 })
      .joinChannel(
        [0, 1, 2].map(() => Buffer.from(pixels.subarray(0, 16))),
        {
          raw: { width: 4, height: 4, channels: 1 },
        },
      )
      .tiff({ compression: 'lzw' });
    expect(await refusalOf(await sixChannels.toBuffer())).toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      message: expect.stringContaining('has 6 x uchar'),
    });
  });
});

test.each(Object.entries({ ...inputFormats, ...outputFormats }))(
  'the table names content type and extensions of %s',
  (format, { contentType, extensions, name }) => {
    expect(contentType).toMatch(/^image\/[a-z0-9.-]+$/);
    expect(extensions).toContain(format === 'jpeg' ? 'jpg' : format === 'tiff' ? 'tif' : format);
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
