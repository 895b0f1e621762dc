/** What is encoded: rows from top to bottom without gaps. */
export interface PngSource {
  pixels: Uint8Array | Uint16Array;
  width: number;
  height: number;
  /** Gray, gray and alpha, RGB or RGBA; of 16 bits only gray, with or without alpha. */
  channels: 1 | 2 | 3 | 4;
}

/** One way from pixels as they come to gray ones as PNG has them. */
export interface PixelKind {
  /** Its number in assembly/rows.ts. */
  id: number;
  /** Of one pixel, as it comes. */
  sourceBytes: number;
  /** Of one pixel in the file. */
  grayBytes: number;
  depth: 8 | 16;
  channels: 1 | 2;
}

export const pixelKinds = {
  gray: { id: 1, sourceBytes: 1, grayBytes: 1, depth: 8, channels: 1 },
  grayAlpha: { id: 2, sourceBytes: 2, grayBytes: 2, depth: 8, channels: 2 },
  rgb: { id: 3, sourceBytes: 3, grayBytes: 1, depth: 8, channels: 1 },
  rgba: { id: 4, sourceBytes: 4, grayBytes: 2, depth: 8, channels: 2 },
  rgbaOpaque: { id: 5, sourceBytes: 4, grayBytes: 1, depth: 8, channels: 1 },
  gray16: { id: 6, sourceBytes: 2, grayBytes: 2, depth: 16, channels: 1 },
  grayAlpha16: { id: 7, sourceBytes: 4, grayBytes: 4, depth: 16, channels: 2 },
} as const satisfies Record<string, PixelKind>;

type KindName = keyof typeof pixelKinds;

/** By channels, the ways to try in turn: an alpha is left out until it turns out to say something. */
const byChannels = {
  8: { 1: ['gray'], 2: ['grayAlpha'], 3: ['rgb'], 4: ['rgbaOpaque', 'rgba'] },
  16: { 1: ['gray16'], 2: ['grayAlpha16'], 3: [], 4: [] },
} as const satisfies Record<8 | 16, Record<PngSource['channels'], KindName[]>>;

/** Throws `RangeError` for what is no picture, or none that can be encoded. */
export function kindsOf({ pixels, width, height, channels }: PngSource): PixelKind[] {
  checkSide('width', width);
  checkSide('height', height);
  const samples = width * height * channels;
  if (pixels.length !== samples) {
    throw new RangeError(
      `Expected ${samples} samples for ${width} x ${height} pixels of ${channels} channels ` +
        `but received ${pixels.length}`,
    );
  }
  const names = byChannels[pixels.BYTES_PER_ELEMENT === 1 ? 8 : 16][channels];
  if (names.length === 0) {
    throw new RangeError(
      `Expected gray, with or without alpha, at 16 bits a sample but received ${channels} channels`,
    );
  }
  return names.map((name) => pixelKinds[name]);
}

/** https://www.w3.org/TR/png-3/#11IHDR */
function checkSide(name: string, pixels: number): void {
  if (Number.isInteger(pixels) && pixels >= 1 && pixels < 2 ** 31) return;
  throw new RangeError(
    `Expected a whole number from 1 to ${2 ** 31 - 1} for ${name} but received ${pixels}`,
  );
}
