import type { Cicp } from '../../colour/cicp.ts';
import type { Deadline } from '../../deadline.ts';
import type { DecodedPixels } from '../file-decoder.ts';

/** What a file’s header says about its image. */
export interface WasmHeader {
  /** As stored, before rotation and cropping. */
  width: number;
  height: number;
  /** Including alpha. */
  channels: number;
  /** Bits per sample as stored. */
  depth: number;
  /** The number of images or frames; only the first is decoded. */
  pages: number;
  hasAlpha: boolean;
  /** The EXIF orientation that `decode` applies, if any. */
  orientation?: number;
  /** The EXIF orientation that `decode` leaves to the caller, if any. */
  storedOrientation?: number;
  /** Bits per sample of the pixels, if they are not those of `depth`. */
  decodedDepth?: 8 | 16;
  /** The four colours are cyan, magenta, yellow and black. */
  isCmyk?: boolean;
  /** The colour profile in the file. */
  icc?: Uint8Array;
  /** The colours as code points, if the file gives them. */
  cicp?: Cicp;
  /** Gray spans 16 to 235 of 255 in the file; `decode` expands it. */
  isLimited?: boolean;
  /** Bytes that decoding allocates regardless of the number of pixels. */
  extraBytes?: number;
}

/** Upright, with 16 bits per sample if the file has more than eight. */
export interface WasmPixels extends DecodedPixels {
  /** The colour profile, for formats that reveal it only after decoding. */
  icc?: Uint8Array;
  /** The same for colours as numbers. */
  cicp?: Cicp;
}

/**
 * A WebAssembly decoder, loaded on first use. Throws `ConversionError` for files it cannot read.
 *
 * `decode` returns upright pixels: it applies the format’s rotation, mirroring and cropping, so the
 * caller must apply no orientation but `storedOrientation`. Colours are as stored, without a profile
 * applied. It runs on its own thread, which is terminated at the deadline. The caller must check the
 * image size in the header: the decoder’s memory use is bounded by that size.
 */
export interface WasmDecoder {
  /** Decodes no pixels. */
  readHeader(bytes: Uint8Array, deadline?: Deadline): Promise<WasmHeader>;
  decode(bytes: Uint8Array, deadline?: Deadline): Promise<WasmPixels>;
}
