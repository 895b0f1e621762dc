import type { Bands } from './row-reader.ts';

/** Bits per sample of a gray PNG. */
export type FileDepth = 1 | 2 | 4 | 8 | 16;

/** The image to encode: rows from top to bottom without padding. */
export interface PngSource {
  pixels: Uint8Array | Uint16Array;
  width: number;
  height: number;
  /** Gray, gray and alpha, RGB or RGBA. */
  channels: 1 | 2 | 3 | 4;
  /**
   * Bits per sample of the file: the same as the pixels, except 8 for 16-bit RGB. Of 8-bit gray, the
   * upper 1, 2 or 4 bits can be written.
   */
  depth?: FileDepth;
}

/** The same image as bytes that arrive in parts. 16-bit samples are little-endian. */
export interface PngRows extends Omit<PngSource, 'pixels'> {
  /** Bits per sample of the rows. */
  bits: 8 | 16;
  /** Begins again with each call: pixels that should be opaque but are not are read twice. */
  bands(): Bands;
  /** Called with each part that is no longer needed, unless encoding ends early. */
  release?(band: Uint8Array): void;
}

/** A conversion from source pixels to the gray pixels of a PNG. */
export interface PixelKind {
  /** Its number in assembly/rows.ts. */
  id: number;
  /** Bytes of one source pixel. */
  sourceBytes: number;
  /** Bytes of one pixel in the file. */
  grayBytes: number;
  depth: FileDepth;
  channels: 1 | 2;
}

/** Packed samples are bytes to the kernel. */
const packed = { id: 1, sourceBytes: 1, grayBytes: 1, channels: 1 } as const;

export const pixelKinds = {
  gray: { id: 1, sourceBytes: 1, grayBytes: 1, depth: 8, channels: 1 },
  grayAlpha: { id: 2, sourceBytes: 2, grayBytes: 2, depth: 8, channels: 2 },
  rgb: { id: 3, sourceBytes: 3, grayBytes: 1, depth: 8, channels: 1 },
  rgba: { id: 4, sourceBytes: 4, grayBytes: 2, depth: 8, channels: 2 },
  rgbaOpaque: { id: 5, sourceBytes: 4, grayBytes: 1, depth: 8, channels: 1 },
  gray16: { id: 6, sourceBytes: 2, grayBytes: 2, depth: 16, channels: 1 },
  grayAlpha16: { id: 7, sourceBytes: 4, grayBytes: 4, depth: 16, channels: 2 },
  gray1: { ...packed, depth: 1 },
  gray2: { ...packed, depth: 2 },
  gray4: { ...packed, depth: 4 },
  deepRgb: { id: 8, sourceBytes: 6, grayBytes: 1, depth: 8, channels: 1 },
} as const satisfies Record<string, PixelKind>;

type KindName = keyof typeof pixelKinds;

/**
 * Kinds to try in order, by bits of the pixels, bits of the file, and channels. Alpha is omitted
 * unless it turns out not to be opaque.
 */
const kindNames: Record<string, readonly KindName[]> = {
  '8 to 8, 1': ['gray'],
  '8 to 8, 2': ['grayAlpha'],
  '8 to 8, 3': ['rgb'],
  '8 to 8, 4': ['rgbaOpaque', 'rgba'],
  '8 to 1, 1': ['gray1'],
  '8 to 2, 1': ['gray2'],
  '8 to 4, 1': ['gray4'],
  '16 to 16, 1': ['gray16'],
  '16 to 16, 2': ['grayAlpha16'],
  '16 to 8, 3': ['deepRgb'],
};

/** Whether these pixels can be encoded. */
export function isEncodable(source: PixelFacts): boolean {
  return keyOf(source) in kindNames;
}

type PixelFacts = Pick<PngSource, 'channels' | 'depth'> &
  ({ bits: 8 | 16 } | Pick<PngSource, 'pixels'>);

function keyOf({ channels, depth, ...source }: PixelFacts): string {
  const bits = 'bits' in source ? source.bits : source.pixels.BYTES_PER_ELEMENT * 8;
  return `${bits} to ${depth ?? bits}, ${channels}`;
}

/** Throws `RangeError` if the source is not a valid image or cannot be encoded. */
export function kindsOf(source: PngSource | PngRows): PixelKind[] {
  const { width, height } = source;
  checkSide('width', width);
  checkSide('height', height);
  if ('pixels' in source) checkSamples(source);
  const names = kindNames[keyOf(source)];
  if (!names) {
    const known = Object.keys(kindNames).join('; ');
    throw new RangeError(
      `Expected bits of the samples, of the file, and channels as in ${known} ` +
        `but received ${keyOf(source)}`,
    );
  }
  return names.map((name) => pixelKinds[name]);
}

function checkSamples({ pixels, width, height, channels }: PngSource): void {
  const samples = width * height * channels;
  if (pixels.length === samples) return;
  throw new RangeError(
    `Expected ${samples} samples for ${width} x ${height} pixels of ${channels} channels ` +
      `but received ${pixels.length}`,
  );
}

/** https://www.w3.org/TR/png-3/#11IHDR */
function checkSide(name: string, pixels: number): void {
  if (Number.isInteger(pixels) && pixels >= 1 && pixels < 2 ** 31) return;
  throw new RangeError(
    `Expected a whole number from 1 to ${2 ** 31 - 1} for ${name} but received ${pixels}`,
  );
}
