import type { DecodedPixels } from '../file-decoder.ts';
import { straightAlpha, toFullRange } from '../sample-range.ts';
import { damagedImage, mapParserErrors } from '../wasm/wasm-errors.ts';
import { checkEnd } from './jp2-codestream.ts';
import { type Jp2Header, jp2Channels, readJp2Header } from './jp2-header.ts';
import { joinAlpha, yccToRgb } from './jp2-samples.ts';
import { selectComponents } from './jp2-selection.ts';
import { loadOpenJpeg } from './openjpeg.ts';

/** Decodes the whole image. Blocks the thread. */
export async function decodeJp2(bytes: Uint8Array): Promise<DecodedPixels> {
  const header = mapParserErrors('JPEG 2000', () => readCompleteHeader(bytes));
  const { width, height, alpha, isYcc, isCmyk } = header;
  if (isCmyk) return { ...(await decodedInks(header)), width, height };
  const colours = await decodedSamples(header, colourFile(header, bytes));
  if (isYcc) yccToRgb(colours);
  if (!alpha) return { pixels: colours, width, height, channels: jp2Channels(header) };
  const opacity = await decodedSamples(header, selectComponents(header, [alpha.component]));
  const joined = joinAlpha(colours, opacity);
  if (alpha.isPremultiplied) straightAlpha(joined.pixels, joined.channels);
  return { ...joined, width, height };
}

/** The decoder returns at most three components. */
async function decodedInks(header: Jp2Header): Promise<Pick<DecodedPixels, 'pixels' | 'channels'>> {
  const inks = await decodedSamples(header, selectComponents(header, [0, 1, 2]));
  const black = await decodedSamples(header, selectComponents(header, [3]));
  return joinAlpha(inks, black);
}

function readCompleteHeader(bytes: Uint8Array): Jp2Header {
  const header = readJp2Header(bytes);
  checkEnd(header.codestream);
  return header;
}

/** A file from which the decoder returns only the colours. */
function colourFile(header: Jp2Header, bytes: Uint8Array): Uint8Array {
  const { colours, components, codestream, hasPalette } = header;
  if (hasPalette) return bytes;
  const isAll = colours.length === components.length && colours.every((c, i) => c === i);
  return isAll ? codestream : selectComponents(header, colours);
}

async function decodedSamples(
  { width, height }: Jp2Header,
  file: Uint8Array,
): Promise<Uint8Array | Uint16Array> {
  // Twice the measured use (docs/adr/0006-decoders-from-npm.md), plus room for tables.
  const maxBytes = 2 ** 27 + 2 * file.length + width * height * 96;
  const decodeJp2 = await loadOpenJpeg(maxBytes);
  const image = mapParserErrors('JPEG 2000', () => decodeJp2(file));
  if (image.width !== width || image.height !== height) {
    throw damagedImage('JPEG 2000', 'its size differs from its header');
  }
  return toFullRange(image.samples, image.depth);
}
