import { stripsOfTiff } from '../../formats/tiff-layout.ts';
import { byteReader } from '../byte-reader.ts';
import { checkEnd, codestreamOf } from '../jp2/jp2-codestream.ts';
import { damagedImage } from '../wasm/wasm-errors.ts';
import type { MagickCoder } from './magick-coders.ts';

/**
 * Rejects files that end before their pixels do, of the formats in which ImageMagick does not
 * notice it.
 */
export function checkLength(bytes: Uint8Array, { coder, name }: MagickCoder): void {
  if (name === 'JPEG 2000') checkEnd(codestreamOf(bytes) ?? bytes);
  const least = ends[coder]?.(bytes) ?? 0;
  if (bytes.length >= least) return;
  throw damagedImage(name, `the data end after ${bytes.length} of ${least} bytes`);
}

const ends: Record<string, (bytes: Uint8Array) => number> = {
  PCD: () => photoCdBytes,
  SGI: sgiEnd,
  TIFF: tiffEnd,
};

/** Up to the end of the base image: 768 x 512 pixels at byte 196,608, with half as many colours. */
const photoCdBytes = 196_608 + 768 * 512 * 1.5;

/** The end of the last row with run-length encoding: the SGI Image File Format, draft 1.00. */
function sgiEnd(bytes: Uint8Array): number {
  if (bytes[2] !== 1) return 0;
  const header = byteReader(bytes, { byteOrder: 'big endian', at: 8 });
  const rows = header.uint16() * header.uint16();
  const table = byteReader(bytes, { byteOrder: 'big endian', at: 512, what: 'table of rows' });
  const starts = Array.from({ length: rows }, () => table.uint32());
  return starts.reduce((end, start) => Math.max(end, start + table.uint32()), 0);
}

function tiffEnd(bytes: Uint8Array): number {
  return stripsOfTiff(bytes).reduce((end, { at, length }) => Math.max(end, at + length), 0);
}
