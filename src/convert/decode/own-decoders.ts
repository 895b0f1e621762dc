import type { InputFormat } from '../formats/input-formats.ts';
import { bmp } from './bmp/decode-bmp.ts';
import { ico } from './bmp/decode-ico.ts';
import type { FileDecoder } from './file-decoder.ts';
import { pnm } from './pnm/decode-pnm.ts';
import { psd } from './psd/decode-psd.ts';
import { qoi } from './qoi/decode-qoi.ts';
import { tga } from './tga/decode-tga.ts';
import type { WasmDecoder } from './wasm/wasm-decoder.ts';

/**
 * The decoders of formats that sharp does not read. Each applies its format’s rotation, mirroring
 * and cropping. WebAssembly is loaded with the first image that needs it.
 */
const loaders = {
  heic: async () => (await import('./heif/decode-heic.ts')).heicDecoder,
  jxl: async () => (await import('./jxl/decode-jxl.ts')).jxlDecoder,
  jp2: async () => (await import('./jp2/decode-jp2.ts')).jp2Decoder,
  psd: () => psd,
  qoi: () => qoi,
  bmp: () => bmp,
  ico: () => ico,
  pnm: () => pnm,
  tga: () => tga,
} as const satisfies Partial<Record<InputFormat, () => FileDecoder | Promise<WasmDecoder>>>;

export type OwnFormat = keyof typeof loaders;

export function isOwnFormat(format: InputFormat): format is OwnFormat {
  return format in loaders;
}

export async function ownDecoder(format: OwnFormat): Promise<FileDecoder | WasmDecoder> {
  return await loaders[format]();
}

/** Returns the embedded file if there is one: an icon can contain a whole PNG. */
export function unwrapIcon(bytes: Uint8Array): Uint8Array {
  return (ico.matches(bytes) && ico.pngInside?.(bytes)) || bytes;
}
