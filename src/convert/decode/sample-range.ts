/** Scales samples in place to the full range of their type, such as 10-bit samples in 16 bits. */
export function toFullRange<Samples extends Uint8Array | Uint16Array>(
  samples: Samples,
  depth: number,
): Samples {
  const [from, to] = [2 ** depth - 1, samples.BYTES_PER_ELEMENT === 1 ? 255 : 65_535];
  if (from === to) return samples;
  for (let i = 0; i < samples.length; i++) {
    samples[i] = Math.min(Math.round(((samples[i] as number) * to) / from), to);
  }
  return samples;
}

/**
 * Expands limited samples in place: black is 16 and white 235 at 8 bits, shifted at more (ITU-T
 * H.273, 8.3). `depth` is that of the file; the samples span the full range of their type.
 */
export function expandLimited(
  samples: Uint8Array | Uint16Array,
  { depth, channels }: { depth: number; channels: number },
): void {
  const max = samples.BYTES_PER_ELEMENT === 1 ? 255 : 65_535;
  const step = (max / (2 ** depth - 1)) * 2 ** (depth - 8);
  for (let i = 0; i < samples.length; i++) {
    const isAlpha = channels % 2 === 0 && i % channels === channels - 1;
    if (isAlpha) continue;
    const value = (((samples[i] as number) - 16 * step) * max) / (219 * step);
    samples[i] = Math.min(Math.max(Math.round(value), 0), max);
  }
}

/** Converts colours premultiplied by the alpha after them to straight alpha, in place. */
export function straightAlpha(samples: Uint8Array | Uint16Array, channels: number): void {
  const max = samples.BYTES_PER_ELEMENT === 1 ? 255 : 65_535;
  for (let i = 0; i < samples.length; i += channels) {
    const alpha = samples[i + channels - 1] as number;
    // Fully transparent pixels have no colour to restore.
    if (alpha === 0 || alpha === max) continue;
    for (let k = i; k < i + channels - 1; k++) {
      samples[k] = Math.min(Math.round(((samples[k] as number) * max) / alpha), max);
    }
  }
}

/** Reduces RGBA with three equal colours to gray and alpha. */
export function grayAlpha<Samples extends Uint8Array | Uint16Array>(rgba: Samples): Samples {
  return rgba.filter((_, i) => i % 4 === 0 || i % 4 === 3) as Samples;
}
