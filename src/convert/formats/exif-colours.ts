import { type Cicp, unknownColours } from '../colour/cicp.ts';
import { textAt } from './bytes.ts';

const [exifPointer, interoperabilityPointer] = [0x8769, 0xa005];
const [colourSpace, interoperabilityIndex] = [0xa001, 0x0001];
/** Adobe RGB by some cameras and programs; EXIF itself reserves it. */
const [srgbSpace, adobeSpace] = [1, 2];

/** Adobe RGB (1998) Color Image Encoding, 4.2: a gamma of 2 and 51/256. */
const adobeRgb: Cicp = {
  primaries: {
    red: [0.64, 0.33],
    green: [0.21, 0.71],
    blue: [0.15, 0.06],
    white: [0.3127, 0.329],
  },
  transfer: { gamma: 563 / 256 },
};

/**
 * The colours that EXIF data state: Adobe RGB by the interoperability index R03 (EXIF 2.32, 4.6.7;
 * DCF 2.0, optional file). Undefined for sRGB, or if there is no statement. Any other colour space
 * is uncalibrated, and its colours are unknown.
 */
export function exifColours(exif: Uint8Array): Cicp | undefined {
  try {
    return statedColours(exif);
  } catch (error) {
    // An offset past the end means that the data are damaged.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function statedColours(exif: Uint8Array): Cicp | undefined {
  const tiff = textAt(exif, 0, 6) === 'Exif\0\0' ? exif.subarray(6) : exif;
  const order = textAt(tiff, 0, 4);
  if (order !== 'II*\0' && order !== 'MM\0*') return undefined;
  const isLittle = order === 'II*\0';
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const directory = (at: number | undefined) => (at ? readEntries(view, at, isLittle) : undefined);
  const details = directory(directory(view.getUint32(4, isLittle))?.get(exifPointer)?.offset);
  const space = details?.get(colourSpace)?.short;
  const index = directory(details?.get(interoperabilityPointer)?.offset)?.get(
    interoperabilityIndex,
  );
  if (space === undefined || space === srgbSpace) return undefined;
  return space === adobeSpace || index?.text === 'R03' ? adobeRgb : unknownColours;
}

interface Entry {
  short: number;
  offset: number;
  /** Up to three characters. */
  text: string;
}

/** EXIF 2.32, 4.6.2: the tags of a directory and their values. */
function readEntries(view: DataView, start: number, isLittle: boolean): Map<number, Entry> {
  const entries = new Map<number, Entry>();
  for (let i = 0; i < view.getUint16(start, isLittle); i++) {
    const at = start + 2 + i * 12;
    entries.set(view.getUint16(at, isLittle), {
      short: view.getUint16(at + 8, isLittle),
      offset: view.getUint32(at + 8, isLittle),
      text: String.fromCharCode(...[8, 9, 10].map((i) => view.getUint8(at + i))),
    });
  }
  return entries;
}
