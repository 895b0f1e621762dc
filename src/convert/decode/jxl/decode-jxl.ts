import { loadSharp } from '../../load-sharp.ts';
import { grayAlpha, straightAlpha } from '../sample-range.ts';
import { runInThread } from '../wasm/run-in-thread.ts';
import type { WasmDecoder, WasmHeader, WasmPixels } from '../wasm/wasm-decoder.ts';
import { mapParserErrors, unsupportedVariant } from '../wasm/wasm-errors.ts';
import { alphaChannel, blackChannel, type JxlHeader, readJxlHeader } from './jxl-header.ts';

/**
 * JPEG XL, decoded by jxl-oxide: the first frame, with merged layers. The orientation in the
 * codestream is applied; the format requires readers to ignore any other.
 */
export const jxlDecoder: WasmDecoder = {
  async readHeader(bytes, deadline) {
    const header = readSupportedHeader(bytes);
    if (!header.isAnimation) return factsOf(header, 1);
    const { frames } = await runInThread('countJxlFrames', bytes, { deadline });
    return factsOf(header, frames);
  },

  async decode(bytes, deadline) {
    const header = readSupportedHeader(bytes);
    const { png, icc } = await runInThread('renderJxl', bytes, { deadline });
    const pixels = await readPng(png, isPremultiplied(header));
    // The decoder makes a profile of some numbers, with the light of PQ and HLG limited.
    return { ...pixels, ...(icc.length > 0 && !header.cicp && { icc }) };
  },
};

function readSupportedHeader(bytes: Uint8Array): JxlHeader {
  const header = mapParserErrors('JPEG XL', () => readJxlHeader(bytes));
  if (header.extraChannels.some(({ type }) => type === blackChannel)) {
    throw unsupportedVariant('JPEG XL', 'CMYK');
  }
  return header;
}

function factsOf(header: JxlHeader, pages: number): WasmHeader {
  const { width, height, depth, orientation, cicp } = header;
  const hasAlpha = header.extraChannels.some(({ type }) => type === alphaChannel);
  return {
    width,
    height,
    channels: (header.isGray ? 1 : 3) + (hasAlpha ? 1 : 0),
    depth,
    pages,
    hasAlpha,
    ...(orientation > 1 && { orientation }),
    ...(cicp && { cicp }),
  };
}

function isPremultiplied({ extraChannels }: JxlHeader): boolean {
  return extraChannels.find(({ type }) => type === alphaChannel)?.isPremultiplied ?? false;
}

/** Reads the decoder’s PNG, which has 16 bits per sample if the image has more than 8. */
async function readPng(png: Uint8Array, isPremultiplied: boolean): Promise<WasmPixels> {
  const sharp = await loadSharp();
  const source = sharp(png, { limitInputPixels: false, ignoreIcc: true });
  const { channels, depth } = await source.metadata();
  const isDeep = depth === 'ushort';
  // sharp would drop the alpha of gray with alpha.
  const space = channels === 1 ? (isDeep ? 'grey16' : 'b-w') : isDeep ? 'rgb16' : 'srgb';
  const { data, info } = await source
    .toColourspace(space)
    .raw({ depth: isDeep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const samples = isDeep ? new Uint16Array(Uint8Array.from(data).buffer) : data;
  if (isPremultiplied) straightAlpha(samples, info.channels);
  const { width, height } = info;
  return channels === 2
    ? { pixels: grayAlpha(samples), width, height, channels }
    : { pixels: samples, width, height, channels: info.channels };
}
