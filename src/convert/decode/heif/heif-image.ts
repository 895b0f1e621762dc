import type { WasmHeader, WasmPixels } from '../wasm/wasm-decoder.ts';
import { mapParserErrors } from '../wasm/wasm-errors.ts';
import { checkHevcData } from './heif-damage.ts';
import { readHeifHeader } from './heif-header.ts';
import { heifPixels } from './heif-pixels.ts';
import { type Libheif, loadLibheif } from './libheif.ts';

/** Decodes the primary image. Blocks the thread. */
export async function decodeHeif(bytes: Uint8Array): Promise<WasmPixels> {
  const header = readHeifHeader(bytes);
  mapParserErrors('HEIC', () => checkHevcData(bytes));
  const libheif = await loadLibheif(memoryLimit(header, bytes));
  return mapParserErrors('HEIC', () =>
    heifPixels(libheif, primaryHandle(libheif, bytes, header), header),
  );
}

/** Twice the measured use (docs/adr/0006-decoders-from-npm.md), plus room for tables and tiles. */
function memoryLimit({ width, height }: WasmHeader, file: Uint8Array): number {
  return 2 ** 26 + file.length + width * height * 80;
}

/** Offset of `max_image_size_pixels` in `heif_security_limits`. */
const maxPixelsAt = 8;

/** Nothing is freed, because the instance is used for one image only. */
function primaryHandle(libheif: Libheif, bytes: Uint8Array, header: WasmHeader): number {
  const { c } = libheif;
  const file = c._malloc(bytes.length);
  c.HEAPU8.set(bytes, file);
  const context = c._heif_context_alloc();
  const limits = c._heif_context_get_security_limits(context);
  // A tile can be larger than the image it belongs to, but not by much.
  const maxPixels = 2 ** 22 + 2 * header.width * header.height;
  c.HEAPU32[(limits + maxPixelsAt) >> 2] = Math.min(maxPixels, 2 ** 32 - 1);
  c.HEAPU32[(limits + maxPixelsAt + 4) >> 2] = 0;
  libheif.call('_heif_context_read_from_memory_without_copy', context, file, bytes.length, 0);
  const out = c._malloc(4);
  libheif.call('_heif_context_get_primary_image_handle', context, out);
  return libheif.pointerAt(out);
}
