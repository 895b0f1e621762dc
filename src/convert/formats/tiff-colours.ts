import { type Cicp, srgb, unknownColours } from '../colour/cicp.ts';
import { toLinear } from '../colour/linear-light.ts';
import type { Primaries } from '../colour/primaries.ts';
import { type TiffDirectory, tiffDirectories } from './tiff-layout.ts';

const [photometric, transferFunction, whitePoint, primaryChromaticities] = [262, 301, 318, 319];
const rgb = 2;

/**
 * The colours that the tags of an RGB TIFF state: TIFF 6.0, section 20. Primaries have the curve of
 * sRGB; any other curve is not understood. Undefined if the tags are absent.
 */
export function tiffColours(bytes: Uint8Array): Cicp | undefined {
  const page: TiffDirectory | undefined = tiffDirectories(bytes).next().value ?? undefined;
  if (page?.number(photometric) !== rgb) return undefined;
  const chromaticities = page.bytes(primaryChromaticities);
  const curve = page.bytes(transferFunction);
  if (!chromaticities && !curve) return undefined;
  const isLittle = bytes[0] === 0x49;
  if (curve && !isSrgbCurve(curve, isLittle)) return unknownColours;
  if (!chromaticities) return srgb;
  const colours = fractions(chromaticities, isLittle);
  const white = fractions(page.bytes(whitePoint) ?? new Uint8Array(), isLittle);
  const [rx, ry, gx, gy, bx, by] = colours;
  if (!(rx && ry && gx && gy && bx && by)) return unknownColours;
  const [wx = d65[0], wy = d65[1]] = white;
  const primaries: Primaries = { red: [rx, ry], green: [gx, gy], blue: [bx, by], white: [wx, wy] };
  return { primaries, transfer: srgb.transfer };
}

const d65 = [0.3127, 0.329] as const;

function fractions(bytes: Uint8Array, isLittle: boolean): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from(
    { length: Math.floor(bytes.length / 8) },
    (_, i) => view.getUint32(i * 8, isLittle) / view.getUint32(i * 8 + 4, isLittle),
  );
}

/** One curve or three, each of 16-bit light for all sample values: within one 8-bit level. */
function isSrgbCurve(bytes: Uint8Array, isLittle: boolean): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.length / 2;
  const size = count % 3 === 0 ? count / 3 : count;
  if (size < 2 || !Number.isInteger(size)) return false;
  for (let i = 0; i < count; i++) {
    const light = view.getUint16(i * 2, isLittle) / 65_535;
    const stored = (i % size) / (size - 1);
    const [low, high] = [Math.max(0, stored - 1 / 255), Math.min(1, stored + 1 / 255)];
    if (light < toLinear(low) - 1e-4 || light > toLinear(high) + 1e-4) return false;
  }
  return true;
}
