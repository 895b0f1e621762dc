import type { Sharp } from 'sharp';
import {
  animatedGif,
  animatedWebp,
  floatTiff,
  multiPageTiff,
  orientedJpeg,
  orientedPng,
  photoLike,
} from '../../testing/images.ts';
import type { SeedFile } from './seed-file.ts';

const size = { width: 20, height: 14, frames: 3 };
const photo = () => photoLike(size);
const withAlpha = () => photo().ensureAlpha(0.5);
const deep = () => photo().toColourspace('rgb16');
const inks = () => photo().toColourspace('cmyk');
const gray = () => photo().toColourspace('b-w');
const tile = { tile: true, tileWidth: 16, tileHeight: 16 } as const;

/** Files written by sharp, in the variants of each format. */
const files = {
  'baseline.jpg': () => photo().jpeg(),
  'progressive.jpg': () => photo().jpeg({ progressive: true }),
  'full-colour.jpg': () => photo().jpeg({ chromaSubsampling: '4:4:4' }),
  'gray.jpg': () => gray().jpeg(),
  'inks.jpg': () => inks().jpeg(),
  'turned.jpg': () => orientedJpeg(6, size),
  'profile.jpg': () => photo().withIccProfile('p3').jpeg(),
  'rgb.png': () => photo().png(),
  'alpha.png': () => withAlpha().png(),
  'interlaced.png': () => photo().png({ progressive: true }),
  'palette.png': () => withAlpha().png({ palette: true }),
  'few-colours.png': () => photo().png({ palette: true, colours: 2 }),
  'deep.png': () => deep().png(),
  'gray.png': () => gray().png(),
  'profile.png': () => photo().withIccProfile('p3').png(),
  'turned.png': () => orientedPng(5, size),
  'lossy.webp': () => photo().webp(),
  'lossless.webp': () => photo().webp({ lossless: true }),
  'alpha.webp': () => withAlpha().webp(),
  'animated.webp': () => animatedWebp(size),
  'profile.webp': () => photo().withIccProfile('p3').webp(),
  'rgb.gif': () => photo().gif(),
  'alpha.gif': () => withAlpha().gif(),
  'animated.gif': () => animatedGif(size),
  'interlaced.gif': () => photo().gif({ progressive: true }),
  'plain.tif': () => photo().tiff({ compression: 'none' }),
  'lzw.tif': () => photo().tiff({ compression: 'lzw', predictor: 'horizontal' }),
  'deflate.tif': () => withAlpha().tiff({ compression: 'deflate' }),
  'jpeg.tif': () => photo().tiff({ compression: 'jpeg' }),
  'packbits.tif': () => photo().tiff({ compression: 'packbits' }),
  'webp.tif': () => photo().tiff({ compression: 'webp' }),
  'fax.tif': () => gray().tiff({ compression: 'ccittfax4', bitdepth: 1 }),
  'two-bits.tif': () => gray().tiff({ compression: 'none', bitdepth: 2 }),
  'tiles.tif': () => photo().tiff({ ...tile, compression: 'deflate' }),
  'big-tiles.tif': () => photo().tiff({ ...tile, compression: 'lzw', bigtiff: true }),
  'pyramid.tif': () => photo().tiff({ ...tile, compression: 'none', pyramid: true }),
  'big.tif': () => photo().tiff({ compression: 'none', bigtiff: true }),
  'inks.tif': () => inks().tiff({ compression: 'lzw' }),
  'deep.tif': () => deep().tiff({ compression: 'deflate', predictor: 'horizontal' }),
  'lab.tif': () => photo().toColourspace('lab').tiff({ compression: 'lzw' }),
  'float.tif': () => floatTiff(size),
  'pages.tif': () => multiPageTiff(size),
  'lossy.avif': () => photo().avif({ effort: 0 }),
  'lossless.avif': () => photo().avif({ effort: 0, lossless: true }),
  'alpha.avif': () => withAlpha().avif({ effort: 0 }),
  'gray.avif': () => gray().avif({ effort: 0 }),
  'profile.avif': () => photo().withIccProfile('p3').avif({ effort: 0 }),
} satisfies Record<string, () => Sharp | Promise<Buffer>>;

export async function generatedFiles(): Promise<SeedFile[]> {
  return await Promise.all(
    Object.entries(files).map(async ([name, make]) => {
      const made = make();
      return { name, bytes: made instanceof Promise ? await made : await made.toBuffer() };
    }),
  );
}
