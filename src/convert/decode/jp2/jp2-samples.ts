import type { DecodedPixels } from '../file-decoder.ts';

/** Interleaves colours with an alpha, or a black ink, that was decoded separately. */
export function joinAlpha(
  colours: Uint8Array | Uint16Array,
  alpha: Uint8Array | Uint16Array,
): Pick<DecodedPixels, 'pixels' | 'channels'> {
  const count = colours.length / alpha.length;
  const channels = count === 1 ? 2 : 4;
  const size = alpha.length * channels;
  const pixels = colours.BYTES_PER_ELEMENT === 1 ? new Uint8Array(size) : new Uint16Array(size);
  for (let i = 0; i < alpha.length; i++) {
    for (let k = 0; k < count; k++) pixels[i * channels + k] = colours[i * count + k] as number;
    pixels[i * channels + count] = alpha[i] as number;
  }
  return { pixels, channels };
}

/** Converts full-range YCbCr to RGB in place: ITU-R BT.601. */
export function yccToRgb(samples: Uint8Array | Uint16Array): void {
  const max = samples.BYTES_PER_ELEMENT === 1 ? 255 : 65_535;
  const middle = (max + 1) / 2;
  const rounded = (value: number) => Math.max(0, Math.min(Math.round(value), max));
  for (let i = 0; i < samples.length; i += 3) {
    const y = samples[i] as number;
    const cb = (samples[i + 1] as number) - middle;
    const cr = (samples[i + 2] as number) - middle;
    samples[i] = rounded(y + 1.402 * cr);
    samples[i + 1] = rounded(y - 0.344_136 * cb - 0.714_136 * cr);
    samples[i + 2] = rounded(y + 1.772 * cb);
  }
}
