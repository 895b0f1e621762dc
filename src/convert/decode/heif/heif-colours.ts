import { type Cicp, unknownColours } from '../../colour/cicp.ts';
import { textAt } from '../../formats/bytes.ts';
import { viewOf } from '../iso-boxes.ts';
import { unsupportedVariant } from '../wasm/wasm-errors.ts';
import type { HeifItem } from './heif-items.ts';

export interface HeifColours {
  icc?: Uint8Array;
  cicp?: Cicp;
  /** Luma spans 16 to 235 of 255. */
  isLimited?: boolean;
  /** By ITU-T H.273, table 4. */
  matrix?: number;
}

/** Of ITU-T H.273, table 4: the matrices from which libheif converts to RGB. */
const convertedMatrices: readonly number[] = [0, 1, 2, 4, 5, 6, 7, 8, 9, 12];

/**
 * The colours of an item, as an ICC profile or as code points; a file can have both: ISO/IEC
 * 14496-12, 12.1.5.
 */
export function heifColours({ properties }: HeifItem): HeifColours {
  const colours: HeifColours = {};
  for (const { type, body } of properties) {
    if (type !== 'colr') continue;
    const kind = textAt(body, 0, 4);
    if (kind === 'prof' || kind === 'rICC') colours.icc = body.slice(4);
    if (kind !== 'nclx') continue;
    const view = viewOf(body);
    const matrix = view.getUint16(8);
    const [primaries, transfer] = [view.getUint16(4), view.getUint16(6)];
    colours.cicp = convertedCicp({ primaries, transfer, matrix });
    colours.matrix = matrix;
    if (((body[10] ?? 0x80) & 0x80) === 0) colours.isLimited = true;
  }
  return colours;
}

/** The same table: the matrices whose images libheif rejects. It converts all others somehow. */
const rejectedMatrices: Record<number, string> = {
  11: 'Y’D’zD’x (SMPTE ST 2085)',
  14: 'ICtCp (ITU-R BT.2100)',
};

/** Rejects colours in a matrix that libheif does not decode. */
export function checkMatrix(format: 'HEIC' | 'AVIF', matrix: number | undefined): void {
  const name = matrix === undefined ? undefined : rejectedMatrices[matrix];
  if (name) throw unsupportedVariant(format, `one whose colours are ${name}`);
}

/** Code points of colours that were converted to RGB from a matrix. */
export function convertedCicp(codes: {
  primaries: number;
  transfer: number;
  matrix: number;
}): Cicp {
  const { primaries, transfer, matrix } = codes;
  return convertedMatrices.includes(matrix) ? { primaries, transfer } : unknownColours;
}
