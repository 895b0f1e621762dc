import { joined, le16, le32, packed, runsOf } from './byte-parts.ts';

// Builds BMP and ICO files: https://learn.microsoft.com/windows/win32/gdi/bitmap-storage

export interface BmpParts {
  width: number;
  height: number;
  bits: number;
  /** From top to bottom, each of whole bytes without padding. */
  rows?: readonly Uint8Array[];
  /** Replaces the rows: the pixel data as stored in the file. */
  data?: Uint8Array;
  /** Red, green, blue. */
  palette?: readonly (readonly number[])[];
  /** 12 is the first version, 40 the usual one; 108 and 124 contain masks. */
  headerSize?: number;
  coding?: number;
  masks?: readonly number[];
  isTopDown?: boolean;
  /** Number of colours in the header. Default: as many as the bits can distinguish. */
  colours?: number;
  /** False values for fields of the file header. */
  pixelsAt?: number;
}

/** Everything except the file header. */
export function buildDib({ width, height, bits, ...parts }: BmpParts): Buffer {
  const { headerSize = 40, coding = 0, masks = [], isTopDown = false, colours = 0 } = parts;
  const storedHeight = isTopDown ? -height : height;
  const header =
    headerSize === 12
      ? joined(le32(12), le16(width, height, 1, bits))
      : joined(
          le32(headerSize, width, storedHeight),
          le16(1, bits),
          le32(coding, 0, 2_835, 2_835, colours, 0, ...masks),
        );
  const rest = Buffer.alloc(Math.max(0, headerSize - header.length));
  return joined(header, rest, paletteOf(parts), pixelDataOf({ isTopDown, ...parts }));
}

export function buildBmp(parts: BmpParts): Buffer {
  const dib = buildDib(parts);
  const pixelsAt = parts.pixelsAt ?? 14 + dib.length - pixelDataOf(parts).length;
  return joined('BM', le32(14 + dib.length, 0, pixelsAt), dib);
}

function paletteOf({ palette = [], headerSize }: Omit<BmpParts, 'width' | 'height' | 'bits'>) {
  const end = headerSize === 12 ? [] : [0];
  return joined(...palette.map(([red = 0, green = 0, blue = 0]) => [blue, green, red, ...end]));
}

function pixelDataOf({ rows = [], data, isTopDown }: Partial<BmpParts>): Buffer {
  if (data) return joined(data);
  const inOrder = isTopDown ? rows : rows.toReversed();
  return joined(...inOrder.map((row) => joined(row, Buffer.alloc(-row.length & 3))));
}

/**
 * Run-length coded rows, from bottom to top: runs of at least three are encoded, everything between
 * them is literal. The end of the last row and of the image are written only if `isEnded`.
 */
export function bmpRuns(
  rows: readonly (readonly number[])[],
  { bits, isEnded = true }: { bits: 4 | 8; isEnded?: boolean },
): Buffer {
  const coded = rows.toReversed().map((row) => joined(...rowRuns(row, bits)));
  const all = joined(...coded.flatMap((row, i) => (i === 0 ? [row] : [[0, 0], row])));
  return isEnded ? joined(all, [0, 0, 0, 1]) : all;
}

function rowRuns(row: readonly number[], bits: 4 | 8): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const both = (value: number) => (bits === 8 ? value : value * 17);
  let literal: number[] = [];
  const endLiteral = () => {
    if (literal.length >= 3) {
      const data = packed(literal, bits);
      parts.push(joined([0, literal.length], data, Buffer.alloc(data.length & 1)));
    } else for (const value of literal) parts.push(joined([1, both(value)]));
    literal = [];
  };
  for (const run of runsOf(row, String)) {
    const [value = 0] = run;
    if (run.length < 3) literal.push(...run);
    else {
      endLiteral();
      parts.push(joined([run.length, both(value)]));
    }
  }
  endLiteral();
  return parts;
}

interface IconEntry {
  /** As the directory says. Decoders read the size from the image itself. */
  width: number;
  height: number;
  image: Uint8Array;
}

export function buildIcon(entries: readonly IconEntry[], { type = 1 } = {}): Buffer {
  let at = 6 + entries.length * 16;
  const directory = entries.map(({ width, height, image }) => {
    at += image.length;
    return joined(
      [width & 255, height & 255, 0, 0],
      le16(1, 32),
      le32(image.length, at - image.length),
    );
  });
  return joined(le16(0, type, entries.length), ...directory, ...entries.map(({ image }) => image));
}

/** Colours and, below them, a mask whose bits are set where the icon is transparent. */
export function iconDib({ mask, ...parts }: BmpParts & { mask: readonly Uint8Array[] }): Buffer {
  const dib = buildDib({ ...parts, height: parts.height * 2 });
  return joined(dib, pixelDataOf({ rows: mask }));
}
