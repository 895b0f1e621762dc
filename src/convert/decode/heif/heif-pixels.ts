import { expandLimited, grayAlpha, straightAlpha, toFullRange } from '../sample-range.ts';
import type { WasmHeader, WasmPixels } from '../wasm/wasm-decoder.ts';
import { damagedImage } from '../wasm/wasm-errors.ts';
import { convertedCicp, type HeifColours } from './heif-colours.ts';
import type { Libheif } from './libheif.ts';

/** Values of `heif_colorspace`, `heif_chroma` and `heif_channel` in libheif’s heif_image.h. */
interface Layout {
  colorspace: number;
  chroma: number;
  channel: number;
  /** Samples per pixel. */
  channels: 1 | 3 | 4;
}

const [rgb, monochrome] = [1, 2];
const [luma, interleaved] = [0, 10];

const layouts = {
  gray: { colorspace: monochrome, chroma: 0, channel: luma, channels: 1 },
  rgb: { colorspace: rgb, chroma: 10, channel: interleaved, channels: 3 },
  rgba: { colorspace: rgb, chroma: 11, channel: interleaved, channels: 4 },
  // Little-endian, like WebAssembly.
  rgb16: { colorspace: rgb, chroma: 14, channel: interleaved, channels: 3 },
  rgba16: { colorspace: rgb, chroma: 15, channel: interleaved, channels: 4 },
} as const satisfies Record<string, Layout>;

/**
 * Offset of `strict_decoding` in `heif_decoding_options`, a struct that has only grown at its end.
 */
const strictDecodingAt = 21;

/** Decodes the image of a handle. */
export function heifPixels(libheif: Libheif, handle: number, header: WasmHeader): WasmPixels {
  const layout = layoutOf(header);
  const image = decodedImage(libheif, handle, layout);
  const { c } = libheif;
  const width = c._heif_image_get_width(image, layout.channel);
  const height = c._heif_image_get_height(image, layout.channel);
  if (width * height > header.width * header.height) {
    throw damagedImage('HEIC', 'it is larger than its header says');
  }
  const range = c._heif_image_get_bits_per_pixel_range(image, layout.channel);
  const samples = toFullRange(readRows(libheif, image, { layout, width, height }), range);
  if (c._heif_image_handle_is_premultiplied_alpha(handle) !== 0 && header.hasAlpha) {
    straightAlpha(samples, layout.channels);
  }
  const coded = header.cicp ? {} : codedColours(libheif, image);
  // libheif expands luma only when it converts it to colours.
  if (header.channels <= 2 && (header.isLimited || coded.isLimited)) {
    expandLimited(samples, { depth: header.depth, channels: layout.channels });
  }
  const { cicp } = coded;
  return header.channels === 2
    ? { pixels: grayAlpha(samples), width, height, channels: 2, ...(cicp && { cicp }) }
    : { pixels: samples, width, height, channels: layout.channels, ...(cicp && { cicp }) };
}

/** Gray with alpha is read as RGBA, which libheif returns in one plane. */
function layoutOf({ channels, depth, hasAlpha }: WasmHeader): Layout {
  if (channels === 1) return layouts.gray;
  if (depth <= 8) return hasAlpha ? layouts.rgba : layouts.rgb;
  return hasAlpha ? layouts.rgba16 : layouts.rgb16;
}

function decodedImage(libheif: Libheif, handle: number, { colorspace, chroma }: Layout): number {
  const { c } = libheif;
  const options = c._heif_decoding_options_alloc();
  // Otherwise libheif returns what it could decode of a broken image.
  c.HEAPU8[options + strictDecodingAt] = 1;
  const out = c._malloc(4);
  libheif.call('_heif_decode_image', handle, out, colorspace, chroma, options);
  const image = libheif.pointerAt(out);
  checkWarnings(libheif, image);
  return image;
}

/** `heif_suberror_…` of a `colr` box that disagrees with the HEVC data: the box counts. */
const colourDisagreement = 152;
const maxWarnings = 16;

function checkWarnings({ c, pointerAt }: Libheif, image: number): void {
  const warnings = c._malloc(12 * maxWarnings);
  const count = c._heif_image_get_decoding_warnings(image, 0, warnings, maxWarnings);
  for (let i = 0; i < count; i++) {
    if (pointerAt(warnings + 12 * i + 4) === colourDisagreement) continue;
    throw damagedImage('HEIC', 'libheif: the image has errors');
  }
}

/** Offsets in `heif_color_profile_nclx`. */
const [primariesAt, transferAt, matrixAt, fullRangeAt] = [4, 8, 12, 16];

/** The colours in the HEVC data, which count if the file has no `colr`; empty if there are none. */
function codedColours({ c, pointerAt }: Libheif, image: number): HeifColours {
  const [error, out] = [c._malloc(12), c._malloc(4)];
  c.HEAPU32[out >> 2] = 0;
  c._heif_image_get_nclx_color_profile(error, image, out);
  const profile = pointerAt(out);
  if (pointerAt(error) !== 0 || profile === 0) return {};
  const cicp = convertedCicp({
    primaries: pointerAt(profile + primariesAt),
    transfer: pointerAt(profile + transferAt),
    matrix: pointerAt(profile + matrixAt),
  });
  return { cicp, isLimited: c.HEAPU8[profile + fullRangeAt] === 0 };
}

interface Plane {
  layout: Layout;
  width: number;
  height: number;
}

/** Copies the pixels and removes the padding between rows. */
function readRows(
  { c, pointerAt }: Libheif,
  image: number,
  { layout, width, height }: Plane,
): Uint8Array | Uint16Array {
  const strideOut = c._malloc(4);
  const start = c._heif_image_get_plane_readonly2(image, layout.channel, strideOut);
  const stride = pointerAt(strideOut);
  const sampleBytes = c._heif_image_get_bits_per_pixel_range(image, layout.channel) > 8 ? 2 : 1;
  const rowBytes = width * layout.channels * sampleBytes;
  const bytes = new Uint8Array(rowBytes * height);
  for (let y = 0; y < height; y++) {
    const row = start + y * stride;
    bytes.set(c.HEAPU8.subarray(row, row + rowBytes), y * rowBytes);
  }
  return sampleBytes === 1 ? bytes : new Uint16Array(bytes.buffer);
}
