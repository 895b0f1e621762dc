import { hasText } from '../../formats/bytes.ts';
import type { DecodedPixels, FileDecoder } from '../file-decoder.ts';
import { unpackRow } from '../unpack-row.ts';
import { type Samples, writePsdRow } from './psd-colours.ts';
import { type Psd, readPsd } from './psd-header.ts';
import { psdRows } from './psd-rows.ts';

/**
 * Photoshop’s PSD and PSB: decodes the flattened image at the end, not the layers.
 * https://www.adobe.com/devnet-apps/photoshop/fileformatashtml/. Colours of translucent pixels are
 * returned as stored, like in Pillow; Photoshop blends them with white.
 */
export const psd: FileDecoder = {
  matches: (bytes) => hasText(bytes, '8BPS'),

  readHeader(bytes) {
    const image = readPsd(bytes);
    psdRows(bytes, image);
    const { width, height, depth, icc } = image;
    const channels = channelsOf(image);
    const hasAlpha = channels % 2 === 0;
    return { width, height, channels, depth, pages: 1, hasAlpha, ...(icc && { icc }) };
  },

  decode(bytes) {
    const image = readPsd(bytes);
    const rows = psdRows(bytes, image);
    const { width, height, colourChannels, hasAlpha } = image;
    const channels = channelsOf(image);
    const samples = (count: number) =>
      image.depth === 16 ? new Uint16Array(count) : new Uint8Array(count);
    const pixels = samples(width * height * channels);
    const used = rows.slice(0, colourChannels + (hasAlpha ? 1 : 0));
    const stored = used.map(() => samples(width));
    for (let y = 0; y < height; y++) {
      used.forEach((next, i) => {
        readSamples(next(), image.depth, stored[i] as Samples);
      });
      const row = pixels.subarray(y * width * channels, (y + 1) * width * channels);
      writePsdRow(image, { stored, row, channels });
    }
    return { pixels, width, height, channels };
  },
};

function channelsOf({ palette, colourChannels, hasAlpha }: Psd): DecodedPixels['channels'] {
  if (palette) return palette.channels;
  const colours = colourChannels === 1 ? 1 : 3;
  return (hasAlpha ? colours + 1 : colours) as DecodedPixels['channels'];
}

function readSamples(stored: Uint8Array, depth: Psd['depth'], samples: Samples): void {
  if (depth === 8) samples.set(stored);
  else if (depth === 1) unpackRow(stored, 1, samples as Uint8Array);
  else {
    for (let x = 0; x < samples.length; x++) {
      samples[x] = ((stored[x * 2] as number) << 8) | (stored[x * 2 + 1] as number);
    }
  }
}
