import type { IMagickImage } from '@imagemagick/magick-wasm';
import { isSubsampledYcc } from '../jp2/jp2-codestream.ts';
import { yccToRgb } from '../jp2/jp2-samples.ts';
import type { WasmHeader, WasmPixels } from '../wasm/wasm-decoder.ts';
import type { Magick } from './load-magick.ts';

/** ImageMagick’s numbers of the colour spaces that it need not convert. */
const [cmyk, gray, srgb, photoYcc] = [2, 3, 23, 28];

/** What ImageMagick found in the header, unless it is known that there is opacity. */
export function magickHeader(image: IMagickImage, hasAlpha = image.hasAlpha): WasmHeader {
  const { colorSpace, depth, orientation } = image;
  const icc = image.getColorProfile()?.data;
  return {
    // The module returns 32 bits, which the binding takes as signed.
    width: image.width >>> 0,
    height: image.height >>> 0,
    channels: (colorSpace === gray ? 1 : colorSpace === cmyk ? 4 : 3) + (hasAlpha ? 1 : 0),
    depth,
    decodedDepth: 8,
    pages: 1,
    hasAlpha,
    isCmyk: colorSpace === cmyk,
    ...(orientation >= 1 && orientation <= 8 && { storedOrientation: orientation }),
    // A copy: the module's own memory cannot be transferred to another thread.
    ...(icc && { icc: icc.slice() }),
  };
}

/** The pixels, eight bits per sample: this build of ImageMagick keeps no more. */
export function magickPixels(
  { ColorSpace }: Magick,
  image: IMagickImage,
  { bytes, header }: { bytes: Uint8Array; header: WasmHeader },
): WasmPixels {
  const { width, height, hasAlpha, isCmyk } = header;
  const isYcc = isSubsampledYcc(bytes);
  const isPhotoYcc = image.colorSpace === photoYcc;
  const isKnown = [cmyk, gray, srgb, photoYcc].includes(image.colorSpace) || isYcc;
  if (!isKnown) image.colorSpace = ColorSpace.sRGB;
  const colours = isCmyk ? 'CMYK' : image.colorSpace === gray ? 'R' : 'RGB';
  const mapping = hasAlpha ? `${colours}A` : colours;
  const pixels = image.getPixels((all) => all.toByteArray(0, 0, width, height, mapping));
  if (!pixels) throw new Error('Expected pixels from ImageMagick.');
  if (isYcc) yccToRgb(pixels);
  if (isPhotoYcc) photoYccToRgb(pixels);
  return { pixels, width, height, channels: mapping.length as 1 | 2 | 3 | 4 };
}

/**
 * Converts the colours of Photo CD to RGB in place. What is brighter than white is clipped, where
 * ImageMagick would darken everything to keep it: Kodak, PCD042, 2.2.
 */
function photoYccToRgb(samples: Uint8Array): void {
  const clamped = new Uint8ClampedArray(samples.buffer, samples.byteOffset, samples.length);
  for (let i = 0; i < samples.length; i += 3) {
    const y = (samples[i] as number) * 1.3584;
    const blue = ((samples[i + 1] as number) - 156) * 2.2179;
    const red = ((samples[i + 2] as number) - 137) * 1.8215;
    clamped[i] = y + red;
    clamped[i + 1] = y - 0.194 * blue - 0.509 * red;
    clamped[i + 2] = y + blue;
  }
}
