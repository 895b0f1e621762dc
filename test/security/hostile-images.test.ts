// Files that attack other programs than a decoder, or that declare more than they contain.
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type OutputFormat, outputFormats, toGrayscale } from '../../src/convert/index.ts';
import { photoLikeJpeg, photoLikePng } from '../../testing/images.ts';
import { buildPng } from '../../testing/png.ts';

const payload = '<?php system($_GET[0]); ?><script>alert(document.domain)</script>';

/** Bytes that may follow an image, or appear in its metadata. */
const polyglots: Record<string, () => Promise<Uint8Array>> = {
  'a PNG with a web page after it': async () =>
    Buffer.concat([photoLikePng(), Buffer.from(payload)]),
  'a JPEG with a ZIP after it': async () =>
    Buffer.concat([await photoLikeJpeg(), Buffer.from('PK\u0003\u0004'), Buffer.from(payload)]),
  'a JPEG with a page in its EXIF': async () =>
    await sharp(await photoLikeJpeg())
      .withExif({ IFD0: { ImageDescription: payload, Copyright: payload } })
      .jpeg()
      .toBuffer(),
  'a PNG with a page in its text chunk': async () =>
    pngWith('tEXt', Buffer.from(`Comment\0${payload}`)),
  'a PNG with a page in a private chunk': async () => pngWith('evIl', Buffer.from(payload)),
};

describe.each(Object.entries(polyglots))('%s', (_, make) => {
  test.each(Object.keys(outputFormats) as OutputFormat[])(
    'leaves none of it in %s',
    async (format) => {
      const bytes = await make();
      expect(Buffer.from(bytes).includes('alert(document.domain)')).toBe(true);
      const gray = await toGrayscale(bytes, { format });
      for (const word of ['<?php', '<script', 'PK\u0003\u0004']) {
        expect(Buffer.from(gray.bytes).includes(word)).toBe(false);
      }
    },
    30_000,
  );
});

/** An image with an extra chunk before it. */
function pngWith(type: string, data: Uint8Array): Uint8Array {
  const rows = Buffer.alloc(8 * 8 * 3, 120);
  return buildPng({ width: 8, height: 8, colourType: 'rgb', rows, chunks: [[type, data]] });
}

describe('metadata of an image', () => {
  const rssMb = () => process.memoryUsage.rss() / 2 ** 20;

  test.each([
    ['text that inflates to 256 MB', () => pngWith('zTXt', bomb('Comment\0\0'))],
    ['a profile that inflates to 256 MB', () => pngWith('iCCP', bomb('p\0\0'))],
    ['50 MB of text', () => pngWith('tEXt', Buffer.alloc(50e6, 'x'))],
  ])(
    'may be %s, which uses neither memory nor time',
    async (_, make) => {
      const bytes = make();
      const before = rssMb();
      const gray = await toGrayscale(bytes).catch((error: { code?: string }) => error);
      // Accepted, or refused with its own message: never a crash and never a gigabyte.
      expect('width' in gray || (gray as { code?: string }).code).toBeTruthy();
      expect(rssMb() - before).toBeLessThan(250);
    },
    30_000,
  );
});

function bomb(head: string): Buffer {
  return Buffer.concat([
    Buffer.from(head, 'latin1'),
    deflateSync(Buffer.alloc(256e6), { level: 9 }),
  ]);
}
