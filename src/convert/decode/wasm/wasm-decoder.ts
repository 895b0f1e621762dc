import type { Deadline } from '../../deadline.ts';
import type { DecodedPixels } from '../file-decoder.ts';

/** What a file’s header says of the image in it. */
export interface WasmHeader {
  /** As stored: before an orientation turns it and a crop box cuts it. */
  width: number;
  height: number;
  /** Colours, and alpha where there is one. */
  channels: number;
  /** Bits a sample as stored. */
  depth: number;
  /** Images or frames; the first of them is the one that is decoded. */
  pages: number;
  hasAlpha: boolean;
  /** How `decode` turns the image, in EXIF’s numbers, where it does. */
  orientation?: number;
  /** The colour profile in the file. */
  icc?: Uint8Array;
  /** The colours by number, where the file names them so. */
  cicp?: Cicp;
  /** What decoding allocates besides, however many pixels the image has. */
  extraBytes?: number;
}

/** Code points of ITU-T H.273: sRGB is 1 and 13, Display P3 is 12 and 13. */
export interface Cicp {
  primaries: number;
  transfer: number;
}

/** Upright, and 16 bits a sample where the file has more than eight. */
export interface WasmPixels extends DecodedPixels {
  /** Their colour profile, of a format that tells only after decoding. */
  icc?: Uint8Array;
}

/**
 * A decoder in WebAssembly, loaded on first use. Throws `ConversionError` for what it cannot read.
 *
 * `decode` returns upright pixels: whatever turns, mirrors or crops the image in its format is
 * applied, and no orientation must be applied again. Colours are as stored: no profile is applied.
 * It works on a thread of its own, which is ended at the deadline. How large the image may be is for the caller to check on
 * the header: what the decoder then allocates is bounded by the size that the header states.
 */
export interface WasmDecoder {
  /** Decodes no pixel. */
  readHeader(bytes: Uint8Array, deadline?: Deadline): Promise<WasmHeader>;
  decode(bytes: Uint8Array, deadline?: Deadline): Promise<WasmPixels>;
}
