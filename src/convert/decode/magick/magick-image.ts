import type { IMagickImage, MagickFormat } from '@imagemagick/magick-wasm';
import { ConversionError } from '../../errors.ts';
import type { WasmHeader, WasmPixels } from '../wasm/wasm-decoder.ts';
import { damagedImage } from '../wasm/wasm-errors.ts';
import { checkLength } from './check-length.ts';
import { loadMagick, type Magick } from './load-magick.ts';
import { type MagickCoder, magickCoderFor, usualBytes } from './magick-coders.ts';
import { mapMagickError } from './magick-errors.ts';
import { magickHeader, magickPixels } from './magick-pixels.ts';

/** The module with its first instance: measured. */
const moduleBytes = 2 ** 26;
/** Memory of an instance before its first image, and for the tables of a decoder. */
const baseBytes = 2 ** 27;
/** All that a module of 32 bits can address. */
const maxModuleBytes = 2 ** 32;

/** Reads the header, which decodes no pixels. Blocks the thread. */
export async function readMagickHeader(bytes: Uint8Array): Promise<WasmHeader> {
  const coder = magickCoderFor(bytes);
  checkLength(bytes, coder);
  const magick = await loadMagick(baseBytes + 4 * bytes.length);
  const header = withImage(magick, { bytes, coder, how: 'ping' }, (image) => ({
    ...magickHeader(image, coder.hasAlpha?.(bytes)),
    ...(coder.pages && { pages: coder.pages(bytes) }),
    ...(coder.depth && { depth: coder.depth(bytes) }),
    extraBytes: moduleBytes,
  }));
  checkSize(header, coder);
  return header;
}

/** Decodes the first image. Blocks the thread. */
export async function decodeMagick(bytes: Uint8Array): Promise<WasmPixels> {
  const header = await readMagickHeader(bytes);
  const { width, height } = header;
  const coder = magickCoderFor(bytes);
  const magick = await loadMagick(baseBytes + 4 * bytes.length + magickBytes * width * height);
  limit(magick, header);
  return withImage(magick, { bytes, coder, how: 'read' }, (image) => {
    if (image.width !== width || image.height !== height) {
      throw damagedImage(coder.name, 'it is not as large as its header says');
    }
    const decoded = magickPixels(magick, image, { bytes, header });
    return coder.isInverted?.(bytes) ? inverted(decoded) : decoded;
  });
}

/** Bytes per pixel of an instance, twice the measured maximum: docs/adr/0006-decoders-from-npm.md. */
const magickBytes = 96;

/** ImageMagick would run out of memory, and call the image damaged. */
function checkSize({ width, height }: WasmHeader, { name, bytesPerPixel }: MagickCoder): void {
  const maxPixels = Math.floor((maxModuleBytes - baseBytes) / (bytesPerPixel ?? usualBytes));
  if (width * height <= maxPixels) return;
  throw new ConversionError(
    'IMAGE_TOO_LARGE',
    `Expected at most ${maxPixels} pixels, as the decoder for ${name} can hold, but the image has ${width} x ${height}. Save it as PNG or TIFF.`,
  );
}

function inverted(image: WasmPixels): WasmPixels {
  return { ...image, pixels: image.pixels.map((value) => 255 - value) };
}

/** Programs write tiles of 64 to 512 pixels a side. */
const maxTileSide = 1_024;

/**
 * ImageMagick’s own limits. The caller has checked the size in the header; no file is used in place
 * of memory. The deadline ends the thread, so there is no limit of time here.
 */
function limit({ ResourceLimits }: Magick, { width, height }: WasmHeader): void {
  const maxBytes = BigInt(magickBytes * width * height + 2 ** 24);
  // A tile can be larger than the image.
  ResourceLimits.width = BigInt(Math.max(2 * width, maxTileSide));
  ResourceLimits.height = BigInt(Math.max(2 * height, maxTileSide));
  ResourceLimits.area = maxBytes;
  ResourceLimits.memory = maxBytes;
  ResourceLimits.disk = 0n;
}

interface Source {
  bytes: Uint8Array;
  coder: MagickCoder;
  /** `ping` reads the header alone. */
  how: 'ping' | 'read';
}

function withImage<Result>(
  magick: Magick,
  { bytes, coder, how }: Source,
  use: (image: IMagickImage) => Result,
): Result {
  // It needs no disposal: its instance is dropped.
  const image = magick.MagickImage.create();
  try {
    image[how](bytes, settingsFor(magick, coder));
    return use(image);
  } catch (error) {
    throw error instanceof ConversionError ? error : mapMagickError(coder.name, error);
  }
}

function settingsFor({ MagickReadSettings }: Magick, { coder, frame, defines }: MagickCoder) {
  const settings = new MagickReadSettings({ frameIndex: frame ?? 0, frameCount: 1 });
  settings.format = coder as MagickFormat;
  for (const [name, value] of Object.entries(defines ?? {})) settings.setDefine(name, value);
  return settings;
}
