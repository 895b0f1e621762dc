/** Makes white 65535 that is less: samples of 10 bits, say, which stand in 16. In place. */
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

/** Colours that were multiplied by the alpha that follows them, without that. In place. */
export function straightAlpha(samples: Uint8Array | Uint16Array, channels: number): void {
  const max = samples.BYTES_PER_ELEMENT === 1 ? 255 : 65_535;
  for (let i = 0; i < samples.length; i += channels) {
    const alpha = samples[i + channels - 1] as number;
    // What is not seen has no colour to restore.
    if (alpha === 0 || alpha === max) continue;
    for (let k = i; k < i + channels - 1; k++) {
      samples[k] = Math.min(Math.round(((samples[k] as number) * max) / alpha), max);
    }
  }
}

/** RGBA whose three colours are equal, without two of them. */
export function grayAlpha<Samples extends Uint8Array | Uint16Array>(rgba: Samples): Samples {
  return rgba.filter((_, i) => i % 4 === 0 || i % 4 === 3) as Samples;
}
