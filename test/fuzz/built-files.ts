import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bmpRuns, buildBmp, buildIcon, iconDib } from '../../testing/bmp.ts';
import { be16, joined, packed } from '../../testing/byte-parts.ts';
import { buildHeif, codedImage, gridData, property } from '../../testing/heif.ts';
import { grayPng, palettePng, photoLikePixels, rgbaPng } from '../../testing/images.ts';
import { photoCd } from '../../testing/photo-cd.ts';
import { buildPsd, layerBlock } from '../../testing/psd.ts';
import { buildQoi } from '../../testing/qoi.ts';
import { buildTga } from '../../testing/tga.ts';
import { disorderedTiff, joinTiffs, stripTiff, tiledTiff } from '../../testing/tiff.ts';
import type { SeedFile } from './seed-file.ts';

const size = { width: 12, height: 8 };
const count = size.width * size.height;
const samples = (channels: number) =>
  photoLikePixels(size).subarray(0, count).toString('latin1').repeat(channels);
const plane = (channels = 1) => Buffer.from(samples(channels), 'latin1');
const planes = (channels: number, bytes = 1) =>
  Array.from({ length: channels }, () => plane(bytes));
const rows = (bytes: number) =>
  Array.from({ length: size.height }, () => plane().subarray(0, bytes));
const colours = Array.from({ length: 256 }, (_, i) => [i, 255 - i, i >> 1]);
const nibbles = Array.from({ length: size.height }, (_, y) =>
  Array.from({ length: size.width }, (_, x) => (x < 6 ? y : x)),
);

/** Files built by the tests, with layouts that no other file of the corpus has. */
export function builtFiles(): SeedFile[] {
  return Object.entries({ ...pngs, ...tiffs, ...heifs(), ...psds, ...others }).map(
    ([name, bytes]) => ({
      name,
      bytes,
    }),
  );
}

const pngs = {
  'one-bit.png': grayPng({ width: 16, height: 4, depth: 1, rows: plane().subarray(0, 8) }),
  'gray-16.png': grayPng({ ...size, depth: 16, rows: plane(2) }),
  'tiny-palette.png': palettePng({
    ...{ width: 8, height: 4, depth: 4, palette: colours.slice(0, 16), alphas: [0, 128, 255] },
    rows: plane().subarray(0, 16),
  }),
};

const strip = { ...size, samples: [...plane(3)] };
const tiffs = {
  'tiled-by-hand.tif': tiledTiff({ across: 2, down: 2 }),
  'disordered.tif': disorderedTiff(),
  'two-kinds.tif': joinTiffs(
    stripTiff({ ...strip, photometric: 2, bits: 8 }),
    stripTiff({ ...size, photometric: 0, bits: 16, samples: [...plane()] }),
  ),
  'premultiplied.tif': stripTiff({
    ...{ ...size, photometric: 1, bits: 8, samples: [...plane(2)], extraSamples: [1] },
  }),
};

const psds = {
  'inks.psd': buildPsd({ ...size, mode: 'cmyk', channels: planes(4), isPacked: true }),
  'lab-16.psd': buildPsd({ ...size, mode: 'lab', depth: 16, channels: planes(3, 2) }),
  'layers.psd': buildPsd({ ...size, mode: 'rgb', channels: planes(4), layerCount: -2 }),
  'layer-blocks.psb': buildPsd({
    ...{ ...size, mode: 'rgb', depth: 16, channels: planes(4, 2), isLarge: true },
    layerBlocks: [layerBlock('Lr16', be16(-2 & 0xffff, 0), { isLarge: true })],
  }),
  'indexed.psd': buildPsd({ ...size, mode: 'indexed', colourData: plane(8), channels: planes(1) }),
};

const small = { width: 2, height: 2 };
const masks = [0xff, 0xff00, 0xff0000, 0xff000000];
const icon = iconDib({
  ...small,
  bits: 24,
  rows: [plane().subarray(0, 6), plane().subarray(6, 12)],
  mask: [Buffer.of(64), Buffer.of(128)],
});
const others = {
  'flat.pcd': photoCd([100, 160, 140]),
  'alpha.qoi': buildQoi(plane(4), { ...size, channels: 4 }),
  'rle4.bmp': buildBmp({
    ...size,
    bits: 4,
    coding: 2,
    palette: colours.slice(0, 16),
    data: bmpRuns(nibbles, { bits: 4 }),
  }),
  'sixteen.bmp': buildBmp({ ...size, bits: 16, rows: rows(24) }),
  'masks.bmp': buildBmp({ ...size, bits: 32, coding: 3, headerSize: 124, masks, rows: rows(48) }),
  'first.bmp': buildBmp({
    ...size,
    bits: 1,
    headerSize: 12,
    palette: colours.slice(0, 2),
    rows: rows(2),
  }),
  'several.ico': buildIcon([
    { ...small, image: icon },
    { width: 12, height: 8, image: rgbaPng({ ...size, rows: plane(4) }) },
  ]),
  'cursor.cur': buildIcon([{ ...small, image: icon }], { type: 2 }),
  'packets.tga': buildTga({ ...size, type: 10, bits: 32, descriptor: 8, pixels: plane(4) }),
  'map.tga': buildTga({
    ...size,
    type: 9,
    bits: 8,
    map: { bits: 24, colours: plane(8) },
    pixels: plane(),
  }),
  'gray.tga': buildTga({ ...size, type: 3, bits: 8, pixels: plane(), id: 'fuzz' }),
  'bits.pbm': joined(
    'P4\n12 8\n',
    packed(
      nibbles.flat().map((n) => n & 1),
      1,
    ),
    plane(),
  ),
  'text.pbm': joined(
    'P1\n12 8\n',
    nibbles
      .flat()
      .map((n) => n & 1)
      .join(' '),
    '\n',
  ),
  'deep.pgm': joined('P5\n12 8\n1000\n', plane(2)),
  'shapes.svg': joined(
    '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="24" height="16" viewBox="0 0 12 8">',
    '<defs><linearGradient id="g"><stop offset="0" stop-color="red"/><stop offset="1" stop-color="#08f8"/></linearGradient></defs>',
    '<rect width="12" height="4" fill="url(#g)"/><g transform="rotate(30 6 4)"><circle cx="6" cy="4" r="3"/></g>',
    '<text x="1" y="7" font-size="3">Ab</text><use href="#g" x="2"/></svg>',
  ),
  'image.svg': joined(
    '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10">',
    `<image width="10" height="10" href="data:image/png;base64,${pngs['gray-16.png'].toString('base64')}"/></svg>`,
  ),
  'text.pgm': joined('P2\n# text\n12 8\n255\n', [...plane()].join(' '), '\n'),
};

/** Grids, rotated and cropped images and alpha, built around the images of two fixtures. */
function heifs(): Record<string, Buffer> {
  const folder = join(import.meta.dirname, '../convert/fixtures');
  const [gray, rgb] = ['tile-gray.heic', 'tile-rgb.heic'].map((name) =>
    codedImage(readFileSync(join(folder, name))),
  ) as [ReturnType<typeof codedImage>, ReturnType<typeof codedImage>];
  const item = ({ hvcC, data }: typeof rgb, ...more: Uint8Array[]) => ({
    type: 'hvc1',
    data,
    properties: [hvcC, property.size(80, 64), ...more],
  });
  const grid = {
    type: 'grid',
    data: gridData({ rows: 1, columns: 2, width: 160, height: 64 }),
    properties: [property.size(160, 64), property.colours(12, 13)],
  };
  const alpha = item(gray, property.auxiliary('urn:mpeg:mpegB:cicp:systems:auxiliary:alpha'));
  return {
    'turned.heic': buildHeif({ items: [item(rgb, property.turn(1), property.mirror(0))] }),
    'cropped.heic': buildHeif({ items: [item(gray, property.crop(10, 6))] }),
    'grid.heic': buildHeif({
      items: [grid, item(rgb), item(rgb)],
      references: [['dimg', 1, [2, 3]]],
    }),
    'alpha-by-hand.heic': buildHeif({ items: [item(rgb), alpha], references: [['auxl', 2, [1]]] }),
  };
}
