import { corrupt } from './file-decoder.ts';

/** Colours by index, with the fewest samples that can represent all of them. */
export interface Palette {
  samples: Uint8Array;
  channels: 1 | 2 | 3 | 4;
}

/** Expects four samples per colour. Grays get one channel instead of three equal ones. */
export function paletteOf(rgba: Uint8Array, { hasAlpha = false } = {}): Palette {
  const colours = isGray(rgba) ? [0] : [0, 1, 2];
  const kept = hasAlpha ? [...colours, 3] : colours;
  const channels = kept.length as Palette['channels'];
  const samples = Uint8Array.from(
    { length: (rgba.length / 4) * channels },
    (_, i) => rgba[Math.floor(i / channels) * 4 + (kept[i % channels] as number)] as number,
  );
  return { samples, channels };
}

function isGray(rgba: Uint8Array): boolean {
  for (let i = 0; i < rgba.length; i += 4) {
    if (rgba[i] !== rgba[i + 1] || rgba[i] !== rgba[i + 2]) return false;
  }
  return true;
}

/**
 * Writes the colours of the indices to `pixels`, starting at sample `at`. Throws for an index
 * without a colour: viewers show black, a gray or arbitrary memory.
 */
export function paint(
  { samples, channels }: Palette,
  indices: Uint8Array,
  { pixels, at = 0 }: { pixels: Uint8Array; at?: number },
): void {
  const count = samples.length / channels;
  let to = at;
  for (const index of indices) {
    if (index >= count) {
      throw corrupt(`Expected colour indexes below ${count} but a pixel has ${index}.`);
    }
    for (let i = index * channels, end = i + channels; i < end; i++) {
      pixels[to++] = samples[i] as number;
    }
  }
}
