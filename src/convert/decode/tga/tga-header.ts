import { byteReader, bytesAt, checkRange } from '../byte-reader.ts';
import { checkSize, corrupt, unsupported } from '../file-decoder.ts';
import { type Palette, paletteOf } from '../palette.ts';
import { copyTgaColours, dropUnusedAlpha, tgaHasAlpha } from './tga-colours.ts';

const headerSize = 18;
const resave = 'Save the image as PNG.';

type TgaKind = 'mapped' | 'colour' | 'gray';

export interface Tga {
  kind: TgaKind;
  isPacked: boolean;
  width: number;
  height: number;
  /** Bits of a pixel, or of its index. */
  bits: number;
  /** As stated in the header; many writers leave it 0 even if there is alpha. */
  alphaBits: number;
  isTopDown: boolean;
  isMirrored: boolean;
  palette: Palette | undefined;
  pixelsAt: number;
}

const imageTypes: Record<number, { kind: TgaKind; isPacked: boolean }> = {
  1: { kind: 'mapped', isPacked: false },
  2: { kind: 'colour', isPacked: false },
  3: { kind: 'gray', isPacked: false },
  9: { kind: 'mapped', isPacked: true },
  10: { kind: 'colour', isPacked: true },
  11: { kind: 'gray', isPacked: true },
};

/**
 * 1 bit is not in the specification, but Pillow writes it; 16-bit gray is 8 bits of gray and 8 of
 * alpha.
 */
const pixelBits: Record<TgaKind, readonly number[]> = {
  mapped: [8],
  colour: [15, 16, 24, 32],
  gray: [1, 8, 16],
};

const colourBits = pixelBits.colour;

interface Fields {
  idSize: number;
  mapType: number;
  imageType: number;
  mapFirst: number;
  mapLength: number;
  mapBits: number;
  width: number;
  height: number;
  bits: number;
  descriptor: number;
}

function readFields(bytes: Uint8Array): Fields {
  const reader = byteReader(bytes, { byteOrder: 'little endian' });
  const [idSize, mapType, imageType] = [reader.uint8(), reader.uint8(), reader.uint8()];
  const [mapFirst, mapLength, mapBits] = [reader.uint16(), reader.uint16(), reader.uint8()];
  reader.skip(4);
  const [width, height] = [reader.uint16(), reader.uint16()];
  const [bits, descriptor] = [reader.uint8(), reader.uint8()];
  return {
    ...{ idSize, mapType, imageType, mapFirst, mapLength, mapBits },
    ...{ width, height, bits, descriptor },
  };
}

/**
 * Whether the first bytes can be a TGA header. Every field must be plausible, and unused fields
 * must be zero, as nearly all writers leave them; text and other formats fail several checks.
 */
export function isTgaHeader(bytes: Uint8Array): boolean {
  if (bytes.length <= headerSize) return false;
  const { mapType, mapFirst, mapLength, mapBits, ...image } = readFields(bytes);
  const type = imageTypes[image.imageType];
  if (!type || !pixelBits[type.kind].includes(image.bits)) return false;
  if (image.width === 0 || image.height === 0) return false;
  if (image.descriptor >> 6 !== 0 || (image.descriptor & 15) > 8) return false;
  return type.kind === 'mapped'
    ? mapType === 1 && mapLength > 0 && colourBits.includes(mapBits)
    : mapType === 0 && mapFirst === 0 && mapLength === 0 && [0, ...colourBits].includes(mapBits);
}

/** Reads the header and the colour map. */
export function readTga(bytes: Uint8Array): Tga {
  const fields = readFields(bytes);
  checkSize(fields);
  const { kind, isPacked } = typeOf(fields);
  const mapAt = headerSize + fields.idSize;
  const mapBytes = fields.mapType === 1 ? fields.mapLength * Math.ceil(fields.mapBits / 8) : 0;
  const pixelsAt = mapAt + mapBytes;
  checkRange(bytes, { at: 0, count: pixelsAt, what: 'header and colour map' });
  const { width, height, bits, descriptor } = fields;
  return {
    ...{ kind, isPacked, width, height, bits, pixelsAt },
    alphaBits: descriptor & 15,
    isTopDown: (descriptor & 0x20) !== 0,
    isMirrored: (descriptor & 0x10) !== 0,
    palette: kind === 'mapped' ? readPalette(bytes, mapAt, fields) : undefined,
  };
}

function typeOf({ imageType, bits, descriptor }: Fields): { kind: TgaKind; isPacked: boolean } {
  if (imageType === 0) throw corrupt('Expected an image but the header declares none.');
  const type = imageTypes[imageType];
  if (!type) throw unsupported(`TGA of type ${imageType}`, resave);
  if (!pixelBits[type.kind].includes(bits) || (bits === 1 && type.isPacked)) {
    throw unsupported(`TGA of type ${imageType} with ${bits} bits per pixel`, resave);
  }
  if (descriptor >> 6 !== 0) throw unsupported('TGA with interleaved rows', resave);
  return type;
}

/** Indices count from `mapFirst`; lower ones are black, as in Pillow. */
function readPalette(
  bytes: Uint8Array,
  mapAt: number,
  { mapType, mapFirst, mapLength, mapBits, descriptor }: Fields,
): Palette {
  if (mapType !== 1) throw corrupt('Expected a colour map but the header declares none.');
  if (!colourBits.includes(mapBits)) {
    throw unsupported(`TGA with a colour map of ${mapBits} bits`, resave);
  }
  const colourBytes = Math.ceil(mapBits / 8);
  const stored = bytesAt(bytes, {
    at: mapAt,
    count: mapLength * colourBytes,
    what: 'colour map',
  });
  const rgba = new Uint8Array((mapFirst + mapLength) * 4);
  for (let i = 0; i < mapFirst; i++) rgba[i * 4 + 3] = 255;
  copyTgaColours(stored, { bits: mapBits, channels: 4, pixels: rgba.subarray(mapFirst * 4) });
  const hasAlpha = tgaHasAlpha(mapBits, descriptor & 15);
  if (hasAlpha && (descriptor & 15) === 0) dropUnusedAlpha(rgba, 4);
  return paletteOf(rgba.subarray(0, 256 * 4), { hasAlpha });
}
