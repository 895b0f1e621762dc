import type { InputFormat } from '../../../src/convert/formats/input-formats.ts';
import { isoStructure } from './box-structure.ts';
import { gifStructure } from './gif-structure.ts';
import { headerStructure, pnmStructure } from './header-structure.ts';
import { icoStructure } from './ico-structure.ts';
import { jpegStructure, jpxStructure } from './marker-structure.ts';
import { pngStructure, withRightChecksums } from './png-structure.ts';
import { psdStructure } from './psd-structure.ts';
import type { Structure } from './structure.ts';
import { svgStructure } from './svg-structure.ts';
import { tiffStructure } from './tiff-structure.ts';
import { webpStructure } from './webp-structure.ts';

export interface FormatStructure {
  read(bytes: Buffer): Structure;
  /** Repairs fields, such as checksums, that would have a file rejected before the rest of it is read. */
  repair?(bytes: Buffer): Buffer;
}

/** Every input format. Each accepts any bytes, since files are mutated more than once. */
export const structures = {
  jpeg: { read: jpegStructure },
  png: { read: pngStructure, repair: withRightChecksums },
  webp: { read: webpStructure },
  gif: { read: gifStructure },
  tiff: { read: tiffStructure },
  avif: { read: isoStructure },
  heic: { read: isoStructure },
  jxl: { read: isoStructure },
  jp2: { read: jpxStructure },
  psd: { read: psdStructure },
  qoi: { read: headerStructure('qoi') },
  bmp: { read: headerStructure('bmp') },
  ico: { read: icoStructure },
  pnm: { read: pnmStructure },
  tga: { read: headerStructure('tga') },
  raw: { read: tiffStructure },
  sgi: { read: headerStructure('sgi') },
  pcx: { read: headerStructure('pcx') },
  sun: { read: headerStructure('sun') },
  xbm: { read: svgStructure },
  xpm: { read: svgStructure },
  dds: { read: headerStructure('dds') },
  pcd: { read: headerStructure('pcd') },
  svg: { read: svgStructure },
} as const satisfies Record<InputFormat, FormatStructure>;

export function structureOf(format: InputFormat, bytes: Buffer): Structure {
  const { parts, numbers } = structures[format].read(bytes);
  const isInside = (start: number, end: number) => start >= 0 && end <= bytes.length;
  return {
    parts: parts.filter(({ start, end }) => isInside(start, end) && end > start),
    numbers: numbers.filter(({ at, size }) => isInside(at, at + size)),
  };
}
