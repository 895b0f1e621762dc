import { isoBox, viewOf } from '../decode/iso-boxes.ts';
import { hasText, textAt } from '../formats/bytes.ts';
import { exifOf } from '../formats/exif.ts';
import type { InputFormat } from '../formats/input-formats.ts';
import { jpegSegments } from '../formats/jpeg-segments.ts';
import { pngChunks } from '../formats/png-chunks.ts';
import { type TiffDirectory, tiffDirectories } from '../formats/tiff-layout.ts';
import { isQuarterTurn } from '../gray/orient.ts';
import { inMetres, type Resolution, resolutionOf, turned } from './resolution.ts';

type Reader = (bytes: Uint8Array) => Resolution | undefined;

const readers: Partial<Record<InputFormat, Reader>> = {
  jpeg: jfifDensity,
  png: pngDensity,
  tiff: (bytes) => byTags(tiffDirectories(bytes).next().value ?? undefined),
  bmp: bmpDensity,
  psd: psdDensity,
  jp2: jp2Density,
};

/**
 * The resolution that a file states: its format’s own, or else that of its EXIF data. Undefined if
 * it states none, only a ratio of the two, or one that cannot be read. `orientation` is what the
 * decoder applies.
 */
export function readResolution(
  bytes: Uint8Array,
  format: InputFormat,
  orientation: number | undefined,
): Resolution | undefined {
  const stated = statedResolution(bytes, format);
  return stated && isQuarterTurn(orientation) ? turned(stated) : stated;
}

function statedResolution(bytes: Uint8Array, format: InputFormat): Resolution | undefined {
  try {
    const stated = readers[format]?.(bytes) ?? byTags(exifOf(bytes, format));
    return stated && isPlaceholder(stated) ? undefined : stated;
  } catch {
    // The image itself may be whole. If it is not, its decoder rejects it with a better reason.
    return undefined;
  }
}

/**
 * Programs on libvips, such as sharp, write one pixel per millimetre where they know no resolution.
 * In a TIFF it is 25.3999996 per inch.
 */
function isPlaceholder(resolution: Resolution): boolean {
  return inMetres(resolution).every((pixels) => Math.abs(pixels - 1_000) < 1e-3);
}

/** The unit of tag 296, which is the inch if it is absent: TIFF 6.0, section 8. */
const tiffUnits: Record<number, Resolution['unit']> = { 2: 'inch', 3: 'centimetre' };

function byTags(directory: TiffDirectory | undefined): Resolution | undefined {
  const unit = tiffUnits[directory?.number(296) ?? 2];
  return unit && resolutionOf(directory?.fraction(282), directory?.fraction(283), unit);
}

const app0 = 0xe0;

/** JFIF 1.02: a unit, and two numbers. Unit 0 gives only the ratio of the two. */
function jfifDensity(bytes: Uint8Array): Resolution | undefined {
  for (const { marker, data } of jpegSegments(bytes)) {
    if (marker !== app0 || !hasText(data, 'JFIF\0')) continue;
    const view = viewOf(data);
    const unit = ({ 1: 'inch', 2: 'centimetre' } as const)[view.getUint8(7)];
    return unit && resolutionOf(view.getUint16(8), view.getUint16(10), unit);
  }
  return undefined;
}

/** https://www.w3.org/TR/png-3/#11pHYs: per metre, or a ratio. */
function pngDensity(bytes: Uint8Array): Resolution | undefined {
  for (const { type, data } of pngChunks(bytes)) {
    if (type === 'IDAT') return undefined;
    if (type !== 'pHYs') continue;
    const view = viewOf(data);
    return view.getUint8(8) === 1 ? perMetre(view.getUint32(0), view.getUint32(4)) : undefined;
  }
  return undefined;
}

const [bmpHeaderAt, oldHeaderSize] = [14, 12];

/** `biXPelsPerMeter` and `biYPelsPerMeter`, which the oldest header lacks. */
function bmpDensity(bytes: Uint8Array): Resolution | undefined {
  const view = viewOf(bytes);
  if (view.getUint32(bmpHeaderAt, true) <= oldHeaderSize) return undefined;
  return perMetre(view.getInt32(38, true), view.getInt32(42, true));
}

const resolutionInfo = 1005;

/** The image resource ResolutionInfo: fixed-point numbers per inch, regardless of the displayed unit. */
function psdDensity(bytes: Uint8Array): Resolution | undefined {
  const view = viewOf(bytes);
  let at = 30 + view.getUint32(26);
  const end = at + 4 + view.getUint32(at);
  for (at += 4; at + 12 <= end; ) {
    const id = view.getUint16(at + 4);
    const nameBytes = 1 + view.getUint8(at + 6);
    const dataAt = at + 6 + nameBytes + (nameBytes % 2) + 4;
    const size = view.getUint32(dataAt - 4);
    if (id === resolutionInfo) {
      return resolutionOf(
        view.getUint32(dataAt) / 65_536,
        view.getUint32(dataAt + 8) / 65_536,
        'inch',
      );
    }
    at = dataAt + size + (size % 2);
  }
  return undefined;
}

/** ISO/IEC 15444-1, I.5.3.7: the resolution of the capture, or else that for display. */
function jp2Density(bytes: Uint8Array): Resolution | undefined {
  if (textAt(bytes, 4, 8) !== 'jP  ') return undefined;
  const boxes = isoBox(isoBox(bytes, 'jp2h') ?? new Uint8Array(), 'res ');
  const density = boxes && (isoBox(boxes, 'resc') ?? isoBox(boxes, 'resd'));
  if (!density) return undefined;
  const view = viewOf(density);
  const fraction = (at: number, exponentAt: number) =>
    (view.getUint16(at) / view.getUint16(at + 2)) * 10 ** view.getInt8(exponentAt);
  // The vertical one comes first.
  return perMetre(fraction(4, 9), fraction(0, 8));
}

function perMetre(x: number, y: number): Resolution | undefined {
  return resolutionOf(x / 100, y / 100, 'centimetre');
}
