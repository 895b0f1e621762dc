import { runInThread } from '../wasm/run-in-thread.ts';
import type { WasmDecoder } from '../wasm/wasm-decoder.ts';
import { readHeifHeader } from './heif-header.ts';

/**
 * HEIC, as phones take photos: the primary image, decoded by libheif with libde265. Rotation,
 * mirroring and cropping are applied; an EXIF orientation is ignored, as the standard requires.
 */
export const heicDecoder: WasmDecoder = {
  async readHeader(bytes) {
    return readHeifHeader(bytes);
  },

  async decode(bytes, deadline) {
    return await runInThread('decodeHeif', bytes, deadline);
  },
};
