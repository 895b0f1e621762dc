import type { Cicp } from '../../colour/cicp.ts';
import { exifColours } from '../../formats/exif-colours.ts';
import { runInThread } from '../wasm/run-in-thread.ts';
import type { WasmDecoder } from '../wasm/wasm-decoder.ts';
import { heifExif } from './heif-exif.ts';
import { readHeifHeader } from './heif-header.ts';

/**
 * HEIC, as phones take photos: the primary image, decoded by libheif with libde265. Rotation,
 * mirroring and cropping are applied; an EXIF orientation is ignored, as the standard requires.
 */
export const heicDecoder: WasmDecoder = {
  async readHeader(bytes) {
    const header = readHeifHeader(bytes);
    const cicp = header.cicp ?? (header.icc ? undefined : exifColoursOf(bytes));
    return { ...header, ...(cicp && { cicp }) };
  },

  async decode(bytes, deadline) {
    return await runInThread('decodeHeif', bytes, { deadline });
  },
};

/** EXIF counts if nothing else states the colours, as in AVIF. Its damage harms no pixel. */
function exifColoursOf(bytes: Uint8Array): Cicp | undefined {
  try {
    const exif = heifExif(bytes);
    return exif && exifColours(exif);
  } catch {
    return undefined;
  }
}
