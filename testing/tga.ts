import { joined, le16, pieces, runsOf } from './byte-parts.ts';

// Builds TGA files according to specification 2.0.

export interface TgaParts {
  type: number;
  width: number;
  height: number;
  bits: number;
  /** As stored, row by row in the order of the descriptor. */
  pixels: Uint8Array;
  /** Bits 0 to 3: alpha bits; 4: from right to left; 5: from top to bottom. */
  descriptor?: number;
  id?: string;
  map?: { first?: number; bits: number; colours: Uint8Array };
}

export function buildTga({ type, width, height, bits, pixels, ...rest }: TgaParts): Buffer {
  const { descriptor = 0, id = '', map } = rest;
  const colourBytes = map ? Math.ceil(map.bits / 8) : 1;
  const length = map ? map.colours.length / colourBytes : 0;
  const data = type > 8 ? tgaPackets(pixels, Math.ceil(bits / 8)) : pixels;
  return joined(
    [id.length, map ? 1 : 0, type],
    le16(map?.first ?? 0, length),
    [map?.bits ?? 0],
    le16(0, 0, width, height),
    [bits, descriptor],
    id,
    map?.colours ?? [],
    data,
  );
}

/** The footer that marks a file of version 2. */
export function tgaFooter(): Buffer {
  return joined(Buffer.alloc(8), 'TRUEVISION-XFILE.\0');
}

/**
 * Encodes runs of at least two, single pixels as literals; runs cross the ends of rows, as in old
 * encoders.
 */
function tgaPackets(pixels: Uint8Array, pixelBytes: number): Buffer {
  const all = pieces(pixels, pixelBytes);
  const runs = runsOf(all, (pixel) => pixel.join()).flatMap((run) =>
    run.length > 128 ? [run.slice(0, 128), run.slice(128)] : [run],
  );
  return joined(
    ...runs.flatMap((run) => {
      const [pixel = []] = run;
      return run.length > 1 ? [[127 + run.length], pixel] : [[0], pixel];
    }),
  );
}
