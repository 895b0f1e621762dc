import { crc32 } from 'node:zlib';
import type { OutputFormat } from '../formats/output-formats.ts';
import { pngChunks } from '../formats/png-chunks.ts';
import { inInches, inMetres, type Resolution } from './resolution.ts';

/** Whether a file of this format can state the resolution. */
export function holdsResolution(format: OutputFormat, resolution: Resolution): boolean {
  if (format === 'png') return pngDensity(resolution) !== undefined;
  if (format === 'jpeg') return jfifDensity(resolution) !== undefined;
  const { xres, yres } = tiffDensity(resolution);
  return format === 'tiff' && [xres, yres].every((pixels) => pixels >= 1e-3 && pixels <= 1e6);
}

/** Whole pixels per metre, across and down: https://www.w3.org/TR/png-3/#11pHYs. */
export function pngDensity(resolution: Resolution): [x: number, y: number] | undefined {
  return wholeWithin(inMetres(resolution), 2 ** 31 - 1);
}

/** The options of sharp, from 0.001 to a million; libvips counts in pixels per millimetre. */
export function tiffDensity(resolution: Resolution) {
  const { x, y, unit } = resolution;
  const millimetres = unit === 'inch' ? 25.4 : 10;
  const resolutionUnit = unit === 'inch' ? 'inch' : 'cm';
  return { xres: x / millimetres, yres: y / millimetres, resolutionUnit } as const;
}

const [dotsPerInch, dotsPerCentimetre] = [1, 2];

/** Whole dots in the unit that is closer: JFIF 1.02. 300 per inch are 118.11 per centimetre. */
function jfifDensity(resolution: Resolution) {
  const units = [
    { unit: dotsPerInch, exact: inInches(resolution) },
    { unit: dotsPerCentimetre, exact: inInches(resolution).map((dots) => dots / 2.54) },
  ];
  const possible = units.flatMap(({ unit, exact: [x = 0, y = 0] }) => {
    const whole = wholeWithin([x, y], 65_535);
    return whole
      ? [{ unit, whole, error: Math.abs(whole[0] / x - 1) + Math.abs(whole[1] / y - 1) }]
      : [];
  });
  const [first, second] = possible;
  return second && first && second.error + 1e-9 < first.error ? second : first;
}

function wholeWithin([x, y]: [number, number], max: number): [number, number] | undefined {
  const whole: [number, number] = [Math.round(x), Math.round(y)];
  return whole.every((value) => value >= 1 && value <= max) ? whole : undefined;
}

/** States the resolution in a file of libvips, or removes what libvips claims without knowing it. */
export function withResolution(
  file: Buffer,
  format: OutputFormat,
  resolution: Resolution | undefined,
): Buffer {
  if (format === 'png') return withPngDensity(file, resolution && pngDensity(resolution));
  if (format === 'jpeg') return withJfif(file, resolution && jfifSegment(resolution));
  return format === 'tiff' && !resolution ? withoutTiffDensity(file) : file;
}

const startBytes = 2;

/** Inserts a JFIF segment, which libvips leaves out with the other metadata. */
function withJfif(jpeg: Buffer, segment: Buffer | undefined): Buffer {
  if (!segment) return jpeg;
  return Buffer.concat([jpeg.subarray(0, startBytes), segment, jpeg.subarray(startBytes)]);
}

/** The segment that states the resolution of a JPEG; undefined if it cannot. */
export function jfifSegment(resolution: Resolution): Buffer | undefined {
  const density = jfifDensity(resolution);
  if (!density) return undefined;
  const segment = Buffer.from('\xff\xe0\0\x10JFIF\0\x01\x02\0\0\0\0\0\0\0', 'latin1');
  segment[11] = density.unit;
  segment.writeUInt16BE(density.whole[0], 12);
  segment.writeUInt16BE(density.whole[1], 14);
  return segment;
}

/** Changes the pHYs chunk in place. libvips always writes one, of 1,000 pixels a metre. */
function withPngDensity(png: Buffer, density: ReturnType<typeof pngDensity>): Buffer {
  for (const { type, start, end } of pngChunks(png)) {
    if (type !== 'pHYs') continue;
    if (!density) {
      png.copyWithin(end - start, 0, start);
      return png.subarray(end - start);
    }
    png.writeUInt32BE(density[0], start + 8);
    png.writeUInt32BE(density[1], start + 12);
    png.writeUInt32BE(crc32(png.subarray(start + 4, end - 4)), end - 4);
  }
  return png;
}

const resolutionTags = [282, 283, 296];
const [entryBytes, headBytes] = [12, 2];

/**
 * Removes the resolution from all pages of a TIFF of libvips, in place: without one, it claims 25.4
 * dots per inch. What the tags pointed at stays unused.
 */
function withoutTiffDensity(tiff: Buffer): Buffer {
  const isLittle = tiff[0] === 0x49;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  for (let at = view.getUint32(4, isLittle); at !== 0; ) {
    const count = view.getUint16(at, isLittle);
    const entriesAt = at + headBytes;
    let end = entriesAt;
    for (let entry = entriesAt; entry < entriesAt + count * entryBytes; entry += entryBytes) {
      if (resolutionTags.includes(view.getUint16(entry, isLittle))) continue;
      tiff.copyWithin(end, entry, entry + entryBytes);
      end += entryBytes;
    }
    view.setUint16(at, (end - entriesAt) / entryBytes, isLittle);
    const next = view.getUint32(entriesAt + count * entryBytes, isLittle);
    view.setUint32(end, next, isLittle);
    at = next;
  }
  return tiff;
}
