import { ConversionError } from '../errors.ts';

/** What a file’s header says of the pixels that {@link FileDecoder.decode} hands out. */
export interface FileHeader {
  width: number;
  height: number;
  /** Alpha included. */
  channels: 1 | 2 | 3 | 4;
  /** Bits a sample as stored; where there is a palette, bits of its index. */
  depth: number;
  pages: number;
  hasAlpha: boolean;
  /** The colour profile of those pixels. */
  icc?: Uint8Array;
}

/**
 * Gray, gray and alpha, RGB or RGBA, row by row from the top; alpha is straight. Samples of 16 bits
 * span 0 to 65535 whatever their file’s maximum is.
 */
export interface DecodedPixels {
  pixels: Uint8Array | Uint16Array;
  width: number;
  height: number;
  channels: 1 | 2 | 3 | 4;
}

/**
 * A format that is read without sharp. All but `matches` throw `ConversionError`, and nothing else,
 * whatever the bytes are. `decode` allocates in proportion to width times height, which are for the
 * caller to check first.
 */
export interface FileDecoder {
  matches(bytes: Uint8Array): boolean;
  readHeader(bytes: Uint8Array): FileHeader;
  decode(bytes: Uint8Array): DecodedPixels;
  /**
   * The PNG file that is the image, in a format that can wrap one. To be asked before the other
   * two, which refuse such a file.
   */
  pngInside?(bytes: Uint8Array): Uint8Array | undefined;
}

/** What is the file’s fault: say what was expected, what is there instead, and where. */
export function corrupt(message: string): ConversionError {
  return new ConversionError('CORRUPT_IMAGE', message);
}

/** What is right but not read. */
export function unsupported(variant: string, cure: string): ConversionError {
  return new ConversionError('UNSUPPORTED_FORMAT', `${variant} is not read. ${cure}`);
}

/** Refuses an image without a pixel. */
export function checkSize({ width, height }: { width: number; height: number }): void {
  if (width > 0 && height > 0) return;
  throw corrupt(`Expected at least one pixel but the header says ${width} x ${height}.`);
}
