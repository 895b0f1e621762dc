import { inThread } from '../wasm/in-thread.ts';
import type { WasmDecoder } from '../wasm/wasm-decoder.ts';
import { readHeifHeader } from './heif-header.ts';

/**
 * HEIC, as phones take photographs: the primary image, by libheif with libde265. Rotation,
 * mirroring and cropping are applied; an orientation in the EXIF is ignored, as the standard says.
 */
export const heicDecoder: WasmDecoder = {
  async readHeader(bytes) {
    return readHeifHeader(bytes);
  },

  async decode(bytes, deadline) {
    return await inThread('decodeHeif', bytes, deadline);
  },
};
