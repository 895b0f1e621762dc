import type { PixelKind } from './pixel-kinds.ts';

/** Some rows of an image or, if a row is too long, part of one. */
export interface Tile {
  x: number;
  y: number;
  /** Pixels per row. */
  pixels: number;
  rows: number;
  isPartOfRow: boolean;
  /** Bytes from one row to the next in memory. */
  stride: number;
}

/** The memory that a tile must fit into. */
interface TileMemory {
  /** For its rows, the row above them and all margins. */
  tileBytes: number;
  /** Before each row; rows are also padded to a multiple of 16. */
  margin: number;
}

/** Rows of at most so many pixels of any kind are never divided into tiles. */
export const maxWholePixels = 16_000;

/** Iterates from top to bottom and from left to right. */
export function* tilesOf(
  { width, height }: { width: number; height: number },
  kind: PixelKind,
  memory: TileMemory,
): Generator<Tile> {
  const stride = strideOf(width * kind.grayBytes, memory);
  const rowsPerTile = Math.floor(memory.tileBytes / stride) - 1;
  if (rowsPerTile >= 1) {
    for (let y = 0; y < height; y += rowsPerTile) {
      const rows = Math.min(rowsPerTile, height - y);
      yield { x: 0, y, pixels: width, rows, isPartOfRow: false, stride };
    }
    return;
  }
  const partStride = Math.floor(memory.tileBytes / 2 / 16) * 16;
  const pixelsPerTile = Math.floor((partStride - memory.margin) / kind.grayBytes);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x += pixelsPerTile) {
      const pixels = Math.min(pixelsPerTile, width - x);
      yield { x, y, pixels, rows: 1, isPartOfRow: true, stride: partStride };
    }
  }
}

function strideOf(rowBytes: number, { margin }: TileMemory): number {
  return margin + Math.ceil(rowBytes / 16) * 16;
}
