import { type Cicp, srgb, unknownColours } from '../../colour/cicp.ts';
import { type Chromaticity, primariesOf } from '../../colour/primaries.ts';
import type { JxlBits } from './jxl-bits.ts';

interface JxlColours {
  isGray: boolean;
  /** Undefined if the file has a profile instead. */
  cicp: Cicp | undefined;
}

const [rgbSpace, graySpace, xybSpace] = [0, 1, 2];
const customCode = 2;
const [d65, equalEnergy, projector] = [1, 10, 11];
const whites: Record<number, Chromaticity> = {
  [d65]: [0.3127, 0.329],
  [equalEnergy]: [1 / 3, 1 / 3],
  [projector]: [0.314, 0.351],
};
const p3Primaries = 11;
const [perceptualQuantizer, projectorCurve, hybridLogGamma] = [16, 17, 18];
/** The decoder converts XYB to this if the file asks for PQ or HLG. */
const pqColours: Cicp = { primaries: 9, transfer: perceptualQuantizer };

/** Reads the colour encoding, and says in which one the decoder returns pixels: ISO/IEC 18181-1, E. */
export function readJxlColours(reader: JxlBits, isXyb: boolean): JxlColours {
  const isDefault = reader.flag();
  if (isDefault) return { isGray: false, cicp: srgb };
  const hasProfile = reader.flag();
  const space = reader.enumerated();
  const isGray = space === graySpace;
  if (hasProfile) return { isGray, cicp: undefined };
  const cicp = readEncoding(reader, space);
  const isHdr = cicp.transfer === perceptualQuantizer || cicp.transfer === hybridLogGamma;
  return { isGray, cicp: isXyb && isHdr ? pqColours : cicp };
}

function readEncoding(reader: JxlBits, space: number): Cicp {
  const white = space === xybSpace ? d65 : reader.enumerated();
  const customWhite = white === customCode ? readPoint(reader) : undefined;
  const hasPrimaries = space !== graySpace && space !== xybSpace;
  const primaries = hasPrimaries ? reader.enumerated() : Number(srgb.primaries);
  const custom =
    hasPrimaries && primaries === customCode
      ? [readPoint(reader), readPoint(reader), readPoint(reader)]
      : undefined;
  const transfer = space === xybSpace ? 0 : readTransfer(reader);
  skipRenderingIntent(reader);
  if (space !== rgbSpace && space !== graySpace) return unknownColours;
  // H.273 has a separate code point for P3 with the D65 white point.
  if (white === d65 && !custom) {
    return { primaries: primaries === p3Primaries ? 12 : primaries, transfer };
  }
  const known = primariesOf(primaries);
  const [red, green, blue] = custom ?? [known?.red, known?.green, known?.blue];
  const whitePoint = customWhite ?? whites[white];
  if (!whitePoint || !red || !green || !blue) return unknownColours;
  return { primaries: { red, green, blue, white: whitePoint }, transfer };
}

function readTransfer(reader: JxlBits): Cicp['transfer'] {
  const hasGamma = reader.flag();
  // The exponent that encodes, for example 1/2.2.
  if (hasGamma) return { gamma: 10_000_000 / reader.bits(24) };
  const transfer = reader.enumerated();
  // Unlike in H.273, white is 1.
  return transfer === projectorCurve ? { gamma: 2.6 } : transfer;
}

function skipRenderingIntent(reader: JxlBits): void {
  reader.enumerated();
}

/** In units of 1/1000000; even numbers are positive, odd ones negative. */
function readPoint(reader: JxlBits): Chromaticity {
  const [x = 0, y = 0] = [0, 1].map(() => {
    const packed = reader.number([0, 19], [524_288, 19], [1_048_576, 20], [2_097_152, 21]);
    return (packed % 2 === 0 ? packed / 2 : -(packed + 1) / 2) / 1_000_000;
  });
  return [x, y];
}
