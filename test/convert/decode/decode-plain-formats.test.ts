import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bmp } from '../../../src/convert/decode/bmp/decode-bmp.ts';
import { ico } from '../../../src/convert/decode/bmp/decode-ico.ts';
import type { FileDecoder } from '../../../src/convert/decode/file-decoder.ts';
import { pnm } from '../../../src/convert/decode/pnm/decode-pnm.ts';
import { psd } from '../../../src/convert/decode/psd/decode-psd.ts';
import { qoi } from '../../../src/convert/decode/qoi/decode-qoi.ts';
import { tga } from '../../../src/convert/decode/tga/decode-tga.ts';
import { parsePng } from '../../../testing/png.ts';

// Files of other programs: fixtures/plain-formats/README.md. TGA has no signature, so its decoder is tried last.
const decoders = { bmp, ico, pnm, psd, qoi, tga } satisfies Record<string, FileDecoder>;

const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, '../fixtures/plain-formats', name));
const { pixels } = parsePng(fixture('source.png'));

test.each<[decoder: keyof typeof decoders, file: string, channels: 3 | 4]>([
  ['bmp', 'pillow-24.bmp', 3],
  ['bmp', 'pillow-palette.bmp', 3],
  ['bmp', 'imagemagick-rle8.bmp', 3],
  ['bmp', 'imagemagick-v5.bmp', 4],
  ['ico', 'pillow-bitmap.ico', 4],
  ['ico', 'imagemagick.ico', 4],
  ['pnm', 'pillow.ppm', 3],
  ['pnm', 'imagemagick-text.ppm', 3],
  ['pnm', 'imagemagick.pam', 3],
  ['psd', 'imagemagick-rle.psd', 3],
  ['psd', 'imagemagick-raw.psb', 3],
  ['qoi', 'pillow.qoi', 3],
  ['tga', 'pillow-rle.tga', 3],
  ['tga', 'pillow-palette-rle.tga', 3],
  ['tga', 'imagemagick-top-left.tga', 3],
])('%s reads %s', (name, file, channels) => {
  const bytes = fixture(file);
  const claiming = Object.entries(decoders).filter(([, { matches }]) => matches(bytes));
  expect(claiming.map(([name]) => name)).toEqual([name]);
  const decoded = decoders[name].decode(bytes);
  expect(decoded).toMatchObject({ width: 7, height: 5, channels });
  expect(decoded.pixels.filter((_, i) => channels === 3 || i % 4 !== 3)).toEqual(pixels);
  expect(decoded.pixels.filter((n, i) => channels === 4 && i % 4 === 3 && n !== 255)).toEqual(
    new Uint8Array(),
  );
});

test('the PNG in an icon is decoded', () => {
  const png = ico.pngInside?.(fixture('pillow-png.ico')) ?? new Uint8Array();
  expect(parsePng(png)).toMatchObject({ width: 7, height: 5 });
});
