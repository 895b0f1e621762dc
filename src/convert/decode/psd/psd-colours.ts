import { labToSrgb } from '../../colour/lab-to-srgb.ts';
import { paint } from '../palette.ts';
import type { Psd, PsdMode } from './psd-header.ts';

export type Samples = Uint8Array | Uint16Array;

interface Row {
  /** One row of each stored channel. */
  stored: readonly Samples[];
  /** The row to write, its samples side by side. */
  row: Samples;
  channels: number;
}

/** Writes a row’s colours as gray or RGB, and its alpha if there is one. */
export function writePsdRow(psd: Psd, row: Row): void {
  writers[psd.mode](row, psd);
  const alpha = psd.hasAlpha ? row.stored[psd.colourChannels] : undefined;
  if (alpha) interleave(alpha, row, row.channels - 1);
}

const writers: Record<PsdMode, (row: Row, psd: Psd) => void> = {
  // 1 is black. Pillow has it the other way round; GIMP and ImageMagick agree with Photoshop.
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
 * Without a profile, as Pillow does: what black leaves, less the ink’s share of it. Inks are stored
 * the other way round, the highest value being none.
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
  // The middle, 128 or 32768, is zero; 256 steps of 16 bits are one of 8.
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
