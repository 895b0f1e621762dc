import { labToSrgb } from '../../colour/lab-to-srgb.ts';
import { paint } from '../palette.ts';
import type { Psd, PsdMode } from './psd-header.ts';

export type Samples = Uint8Array | Uint16Array;

interface Row {
  /** One row of each stored channel. */
  stored: readonly Samples[];
  /** The output row, with interleaved samples. */
  row: Samples;
  channels: number;
}

/** Writes a row as gray or RGB, with alpha if there is one. */
export function writePsdRow(psd: Psd, row: Row): void {
  writers[psd.mode](row, psd);
  const alpha = psd.hasAlpha ? row.stored[psd.colourChannels] : undefined;
  if (alpha) interleave(alpha, row, row.channels - 1);
}

const writers: Record<PsdMode, (row: Row, psd: Psd) => void> = {
  // 1 is black, as in Photoshop, GIMP and ImageMagick. Pillow inverts it.
  bitmap(row) {
    const [bits = new Uint8Array()] = row.stored;
    interleave(
      bits.map((bit) => (bit === 1 ? 0 : 255)),
      row,
      0,
    );
  },
  gray: writeAsStored,
  rgb: writeAsStored,
  indexed({ stored, row }, { palette }) {
    const [indices] = stored;
    if (palette && indices instanceof Uint8Array && row instanceof Uint8Array) {
      paint(palette, indices, { pixels: row });
    }
  },
  cmyk: writeCmyk,
  lab: writeLab,
};

function writeAsStored(row: Row, { colourChannels }: Psd): void {
  row.stored.slice(0, colourChannels).forEach((samples, i) => {
    interleave(samples, row, i);
  });
}

function interleave(samples: Samples, { row, channels }: Row, channel: number): void {
  for (let from = 0, to = channel; from < samples.length; from++, to += channels) {
    row[to] = samples[from] as number;
  }
}

/**
 * Converts without a profile, like Pillow: the light that black leaves, minus the ink’s share of
 * it. Inks are stored inverted, so the maximum means no ink.
 * https://github.com/python-pillow/Pillow/blob/main/src/libImaging/Convert.c (`cmyk2rgb`)
 */
function writeCmyk({ stored, row, channels }: Row, { depth }: Psd): void {
  const max = 2 ** depth - 1;
  const black = stored[3] as Samples;
  for (let ink = 0; ink < 3; ink++) {
    const samples = stored[ink] as Samples;
    for (let x = 0; x < samples.length; x++) {
      const left = black[x] as number;
      const taken = Math.round(((max - (samples[x] as number)) * left) / max);
      row[x * channels + ink] = left - taken;
    }
  }
}

function writeLab({ stored, row, channels }: Row, { depth }: Psd): void {
  const [lightness, a, b] = stored as [Samples, Samples, Samples];
  const max = 2 ** depth - 1;
  // The middle value, 128 or 32768, is zero; one 8-bit step equals 256 16-bit steps.
  const [middle, unit] = [2 ** (depth - 1), 2 ** (depth - 8)];
  for (let x = 0; x < lightness.length; x++) {
    const colour = labToSrgb(
      ((lightness[x] as number) * 100) / max,
      ((a[x] as number) - middle) / unit,
      ((b[x] as number) - middle) / unit,
    );
    for (let i = 0; i < 3; i++) row[x * channels + i] = Math.round((colour[i] as number) * max);
  }
}
