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
