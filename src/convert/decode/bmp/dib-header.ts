import { type ByteReader, byteReader } from '../byte-reader.ts';
import { checkSize, corrupt, unsupported } from '../file-decoder.ts';
import { type Palette, paletteOf } from '../palette.ts';

/** A device-independent bitmap, the structure shared by BMP, ICO and CUR. */
export interface Dib {
  width: number;
  height: number;
  isTopDown: boolean;
  bits: 1 | 2 | 4 | 8 | 16 | 24 | 32;
  isRunLength: boolean;
  /** Where the pixels start unless the file says otherwise: after the palette. */
  pixelsAt: number;
  /** Present for 8 bits per pixel and fewer. */
  palette: Palette | undefined;
  /** Which bits of a pixel hold red, green, blue and, if non-zero, alpha. */
  masks: Masks;
}

type Masks = readonly [red: number, green: number, blue: number, alpha: number];

const coreHeaderSize = 12;
const os2HeaderSize = 64;
const knownHeaderSizes = [coreHeaderSize, 40, 52, 56, os2HeaderSize, 108, 124];

/**
 * Pixel encodings: `biCompression` of
 * https://learn.microsoft.com/windows/win32/api/wingdi/ns-wingdi-bitmapinfoheader and [MS-WMF]
 * 2.1.1.7.
 */
const codings: Record<number, { bits: readonly number[] } | { name: string }> = {
  0: { bits: [1, 2, 4, 8, 16, 24, 32] },
  1: { bits: [8] },
  2: { bits: [4] },
  3: { bits: [16, 24, 32] },
  4: { name: 'JPEG data' },
  5: { name: 'PNG data' },
  6: { bits: [16, 24, 32] },
  11: { name: 'CMYK' },
  12: { name: 'run-length encoded CMYK' },
  13: { name: 'run-length encoded CMYK' },
};

/** OS/2 uses two of the numbers for other encodings. */
const os2Codings: typeof codings = {
  ...codings,
  3: { name: 'OS/2 Huffman coding' },
  4: { name: 'OS/2 24-bit run-length encoding' },
};

/** Whether this is a valid size of a bitmap header. The size identifies the header version. */
export function isDibHeaderSize(size: number): boolean {
  return knownHeaderSizes.includes(size);
}

/** Reads the header and the palette of the bitmap at byte `at`. */
export function readDib(bytes: Uint8Array, at: number): Dib {
  const reader = byteReader(bytes, { byteOrder: 'little endian', at, what: 'bitmap header' });
  const size = reader.uint32();
  if (!isDibHeaderSize(size)) throw unsupported(`A BMP header of ${size} bytes`, resave);
  const core = size === coreHeaderSize ? readCore(reader) : readInfo(reader);
  checkSize({ width: core.width, height: Math.abs(core.height) });
  checkCoding(core, size === os2HeaderSize ? os2Codings : codings);
  const masks = readMasks(reader, { ...core, headerEnd: at + size });
  const isIndexed = core.bits <= 8;
  const palette = isIndexed
    ? readPalette(bytes, {
        at: reader.position(),
        entrySize: size === coreHeaderSize ? 3 : 4,
        core,
      })
    : undefined;
  return {
    width: core.width,
    height: Math.abs(core.height),
    isTopDown: core.height < 0,
    bits: core.bits as Dib['bits'],
    isRunLength: core.coding === 1 || core.coding === 2,
    pixelsAt: palette?.end ?? reader.position(),
    palette: palette?.palette,
    masks,
  };
}

const resave = 'Save the image as PNG.';

interface Core {
  width: number;
  height: number;
  bits: number;
  coding: number;
  /** 0 means the maximum for this number of bits. */
  colours: number;
}

function readCore(reader: ByteReader): Core {
  const [width, height] = [reader.uint16(), reader.uint16()];
  reader.skip(2);
  return { width, height, bits: reader.uint16(), coding: 0, colours: 0 };
}

function readInfo(reader: ByteReader): Core {
  const [width, height] = [reader.int32(), reader.int32()];
  reader.skip(2);
  const [bits, coding] = [reader.uint16(), reader.uint32()];
  reader.skip(12);
  const colours = reader.uint32();
  reader.skip(4);
  return { width, height, bits, coding, colours };
}

function checkCoding({ coding, bits }: Core, known: typeof codings): void {
  const found = known[coding];
  if (!found) throw corrupt(`Expected a known compression but the header says ${coding}.`);
  if ('name' in found) throw unsupported(`BMP with ${found.name}`, resave);
  if (!found.bits.includes(bits)) {
    throw corrupt(
      `Expected ${found.bits.join(', ')} bits per pixel with compression ${coding} but the header says ${bits}.`,
    );
  }
}

const usualMasks: Masks = [0xff0000, 0xff00, 0xff, 0];
/** For 32-bit pixels whose fourth byte is alpha. */
export const masksWithAlpha: Masks = [0xff0000, 0xff00, 0xff, 0xff000000];
const usual16BitMasks: Masks = [0x7c00, 0x3e0, 0x1f, 0];

/** The oldest long header is followed by the masks; newer ones include them at the same offset. */
function readMasks(
  reader: ByteReader,
  { bits, coding, headerEnd }: Core & { headerEnd: number },
): Masks {
  const hasMasks = coding === 3 || coding === 6;
  const hasAlphaMask = coding === 6 || headerEnd - reader.position() >= 16;
  const masks: Masks = hasMasks
    ? [reader.uint32(), reader.uint32(), reader.uint32(), hasAlphaMask ? reader.uint32() : 0]
    : bits === 16
      ? usual16BitMasks
      : usualMasks;
  reader.skip(Math.max(0, headerEnd - reader.position()));
  // Some writers leave all 32-bit masks zero and mean the usual order with alpha, as in Pillow.
  if (bits === 32 && masks.every((mask) => mask === 0)) return masksWithAlpha;
  if (hasMasks) for (const mask of masks) checkMask(mask, bits);
  return masks;
}

function checkMask(mask: number, bits: number): void {
  const atZero = mask / 2 ** trailingZeros(mask);
  if (mask < 2 ** bits && Number.isInteger(Math.log2(atZero + 1))) return;
  throw unsupported(
    `BMP with the bit mask ${mask.toString(16)} for pixels of ${bits} bits`,
    resave,
  );
}

/** Of a 32-bit number; 0 for 0. */
export function trailingZeros(mask: number): number {
  return mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
}

function readPalette(
  bytes: Uint8Array,
  { at, entrySize, core }: { at: number; entrySize: 3 | 4; core: Core },
): { palette: Palette; end: number } {
  const reader = byteReader(bytes, { byteOrder: 'little endian', at, what: 'palette' });
  const count = core.colours || 2 ** core.bits;
  const entries = reader.take(count * entrySize);
  // Entries beyond the largest index are legal but unused.
  const usable = Math.min(count, 2 ** core.bits);
  const rgba = new Uint8Array(usable * 4);
  for (let i = 0; i < usable; i++) {
    const [blue = 0, green = 0, red = 0] = entries.subarray(i * entrySize);
    rgba.set([red, green, blue, 255], i * 4);
  }
  return { palette: paletteOf(rgba), end: reader.position() };
}
