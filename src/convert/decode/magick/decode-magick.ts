import { runInThread } from '../wasm/run-in-thread.ts';
import type { WasmDecoder } from '../wasm/wasm-decoder.ts';

/** Formats and variants that no other decoder reads, by ImageMagick, at eight bits per sample. */
export const magickDecoder: WasmDecoder = {
  async readHeader(bytes, deadline) {
    return await runInThread('readMagickHeader', bytes, { deadline });
  },

  async decode(bytes, deadline) {
    return await runInThread('decodeMagick', bytes, { deadline });
  },
};
