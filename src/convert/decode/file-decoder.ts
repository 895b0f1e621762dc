import { ConversionError } from '../errors.ts';

/** What a file’s header says about the pixels that {@link FileDecoder.decode} returns. */
export interface FileHeader {
  width: number;
  height: number;
  /** Including alpha. */
  channels: 1 | 2 | 3 | 4;
  /** Bits per sample as stored; bits per index if there is a palette. */
  depth: number;
  pages: number;
  hasAlpha: boolean;
  /** The colour profile of those pixels. */
  icc?: Uint8Array;
}

/**
 * Gray, gray and alpha, RGB or RGBA, row by row from the top; alpha is straight. 16-bit samples
 * span 0 to 65535, regardless of the file’s maximum.
 */
export interface DecodedPixels {
  pixels: Uint8Array | Uint16Array;
  width: number;
  height: number;
  channels: 1 | 2 | 3 | 4;
}

/**
 * A format that is read without sharp. For any input, every function except `matches` throws only
 * `ConversionError`. `decode` allocates in proportion to width times height, which the caller must
 * check first.
 */
export interface FileDecoder {
  matches(bytes: Uint8Array): boolean;
  readHeader(bytes: Uint8Array): FileHeader;
  decode(bytes: Uint8Array): DecodedPixels;
  /**
   * Returns the embedded PNG file, for formats that can wrap one. Call it before the other two,
   * which reject such a file.
   */
  pngInside?(bytes: Uint8Array): Uint8Array | undefined;
}

/** For damaged files: state what was expected, what was found, and where. */
export function corrupt(message: string): ConversionError {
  return new ConversionError('CORRUPT_IMAGE', message);
}

/** For valid but unsupported files. */
export function unsupported(variant: string, cure: string): ConversionError {
  return new ConversionError('UNSUPPORTED_FORMAT', `${variant} is not supported. ${cure}`);
}

/** Rejects an image without pixels. */
export function checkSize({ width, height }: { width: number; height: number }): void {
  if (width > 0 && height > 0) return;
  throw corrupt(`Expected at least one pixel but the header says ${width} x ${height}.`);
}
