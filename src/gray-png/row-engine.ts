import type { Kernel } from './kernel.ts';
import type { PixelKind } from './pixel-kinds.ts';
import { type Tile, tilesOf } from './tiles.ts';

/** An image as bytes in memory. */
export interface RawImage {
  bytes: Uint8Array;
  width: number;
  height: number;
  kind: PixelKind;
}

/** Filters the rows of an image, tile by tile from first to last. */
export interface RowEngine {
  tiles(): Generator<Tile>;
  /**
   * Converts the pixels to gray. False if some are not opaque but the kind of image requires it.
   */
  load(tile: Tile): boolean;
  /** Filters the loaded tile. */
  filter(tile: Tile): void;
}

export function rowEngine(kernel: Kernel, image: RawImage): RowEngine {
  const { heap, source, gray, tileBytes, margin } = kernel;
  const { bytes, width, kind } = image;
  const firstSlot = gray + margin;

  /** Copies `rows` of `pixels` without gaps between them. */
  function copyIn(x: number, y: number, { rows, pixels }: { rows: number; pixels: number }): void {
    const rowBytes = width * kind.sourceBytes;
    const partBytes = pixels * kind.sourceBytes;
    const start = y * rowBytes + x * kind.sourceBytes;
    if (pixels === width) {
      heap.set(bytes.subarray(start, start + rows * rowBytes), source);
      return;
    }
    for (let row = 0; row < rows; row++) {
      const from = start + row * rowBytes;
      heap.set(bytes.subarray(from, from + partBytes), source + row * partBytes);
    }
  }

  return {
    tiles() {
      // The kernel has room for four source bytes per gray byte.
      const room = Math.min(1, (4 * kind.grayBytes) / kind.sourceBytes);
      return tilesOf(image, kind, {
        tileBytes: Math.floor(tileBytes * room),
        margin,
      });
    },
    load(tile) {
      // Includes the row above and the pixel on the left, if there are any.
      const [above, left] = [tile.y > 0 ? 1 : 0, tile.x > 0 ? 1 : 0];
      const size = { rows: tile.rows + above, pixels: tile.pixels + left };
      if (tile.isPartOfRow || !above) kernel.clearGray();
      copyIn(tile.x - left, tile.y - above, size);
      const into = firstSlot + (above ? 0 : tile.stride) - left * kind.grayBytes;
      return kernel.grayRows(kind.id, size.rows, size.pixels, source, into, tile.stride) !== 0;
    },
    filter(tile) {
      const first = firstSlot + tile.stride;
      const [bytes, step] = [tile.pixels * kind.grayBytes, kind.grayBytes];
      if (tile.x > 0) return kernel.filterOn(first, firstSlot, bytes, step);
      kernel.filterRows(first, tile.rows, bytes, tile.stride, step);
    },
  };
}
