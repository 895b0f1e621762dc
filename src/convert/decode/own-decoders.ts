import type { InputFormat } from '../formats/input-formats.ts';
import { isRareTiff } from '../formats/tiff-variant.ts';
import type { Recipe } from '../recipe/recipe-options.ts';
import { bmp } from './bmp/decode-bmp.ts';
import { ico } from './bmp/decode-ico.ts';
import type { FileDecoder } from './file-decoder.ts';
import { isSubsampledJp2 } from './jp2/jp2-codestream.ts';
import { magickFormats } from './magick/magick-coders.ts';
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
  magick: async () => (await import('./magick/decode-magick.ts')).magickDecoder,
} as const satisfies Partial<
  Record<InputFormat | 'magick', () => FileDecoder | WasmDecoder | Promise<WasmDecoder>>
>;

export type OwnDecoder = keyof typeof loaders;

/** The decoder for a file of this format; undefined if sharp reads it. */
export function ownDecoderFor(
  format: InputFormat,
  bytes: Uint8Array,
  { compat }: Pick<Recipe, 'compat'>,
): OwnDecoder | undefined {
  if (format in magickFormats) return 'magick';
  if (format === 'tiff') return isRareTiff(bytes, compat) ? 'magick' : undefined;
  if (format === 'jp2' && isSubsampledJp2(bytes)) return 'magick';
  return format in loaders ? (format as OwnDecoder) : undefined;
}

export async function loadDecoder(decoder: OwnDecoder): Promise<FileDecoder | WasmDecoder> {
  return await loaders[decoder]();
}

/** Returns the embedded file if there is one: an icon can contain a whole PNG. */
export function unwrapIcon(bytes: Uint8Array): Uint8Array {
  return (ico.matches(bytes) && ico.pngInside?.(bytes)) || bytes;
}
