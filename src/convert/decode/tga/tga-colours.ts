import type { DecodedPixels } from '../file-decoder.ts';

interface Target {
  /** Bits of a stored colour: 15, 16, 24 or 32. */
  bits: number;
  channels: DecodedPixels['channels'];
  pixels: Uint8Array;
}

/** Converts blue, green, red to RGB or RGBA, opaque unless the file has alpha. */
export function copyTgaColours(stored: Uint8Array, { bits, channels, pixels }: Target): void {
  const size = Math.ceil(bits / 8);
  for (let from = 0, to = 0; from < stored.length; from += size, to += channels) {
    const low = stored[from] as number;
    const next = stored[from + 1] as number;
    if (size === 2) {
      const colour = low | (next << 8);
      pixels[to] = fiveBits[(colour >> 10) & 31] as number;
      pixels[to + 1] = fiveBits[(colour >> 5) & 31] as number;
      pixels[to + 2] = fiveBits[colour & 31] as number;
    } else {
      pixels[to] = stored[from + 2] as number;
      pixels[to + 1] = next;
      pixels[to + 2] = low;
    }
    if (channels === 4) pixels[to + 3] = alphaOf(stored, from, bits);
  }
}

function alphaOf(stored: Uint8Array, from: number, bits: number): number {
  if (bits === 32) return stored[from + 3] as number;
  return bits === 16 && (stored[from + 1] as number) < 128 ? 0 : 255;
}

/** Rounded down, as Pillow does: https://github.com/python-pillow/Pillow/blob/main/src/libImaging/Unpack.c */
const fiveBits = Uint8Array.from({ length: 32 }, (_, value) => Math.floor((value * 255) / 31));

/**
 * Whether stored colours have alpha. 32-bit colours have it even if the header does not say so, as
 * in Pillow and ImageMagick; 16-bit colours only if it does.
 */
export function tgaHasAlpha(bits: number, alphaBits: number): boolean {
  return bits === 32 || (bits === 16 && alphaBits > 0);
}

/** Drops an alpha that is missing from the header and zero everywhere: it is an unused byte. */
export function dropUnusedAlpha(pixels: Uint8Array, channels: number): void {
  for (let i = channels - 1; i < pixels.length; i += channels) {
    if (pixels[i] !== 0) return;
  }
  for (let i = channels - 1; i < pixels.length; i += channels) pixels[i] = 255;
}
