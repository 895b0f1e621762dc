import type { Kernel } from './kernel.ts';
import type { PixelKind } from './pixel-kinds.ts';
import { type Bands, createRowReader } from './row-reader.ts';
import { type Tile, tilesOf } from './tiles.ts';

/** An image as bytes, all at once or as they arrive. */
export interface RawImage {
  /** Begins again with each call. */
  bands(): Bands;
  release?(band: Uint8Array): void;
  width: number;
  height: number;
  kind: PixelKind;
}

/** What is done to pixels before they become gray. */
export interface PixelHooks {
  /** Maps colours in place: the pixels at an address of the kernel’s heap. */
  map?: ((kernel: Kernel, at: number, pixels: number) => void) | undefined;
  /** Receives whole rows once and in order. They are valid only during the call. */
  onRows?: ((pixels: Uint8Array, y: number) => void) | undefined;
}

/** Filters the rows of an image, tile by tile from first to last. */
export interface RowEngine {
  tiles(): Generator<Tile>;
  /** Milliseconds spent waiting for rows, and converting colours to gray. */
  readonly times: { waitMs: number; grayMs: number };
  /** Waits for the rows of a tile. */
  receive(tile: Tile): Promise<void>;
  /**
   * Converts the pixels to gray. False if some are not opaque but the kind of image requires it.
   */
  load(tile: Tile): boolean;
  /** Filters the loaded tile. */
  filter(tile: Tile): void;
  /** Copies the gray of the loaded tile to its place in an image. */
  copyGray(tile: Tile, into: Uint8Array): void;
  /** Waits for the end of the rows. */
  finish(): Promise<void>;
  /** Stops the source of the rows. */
  close(): Promise<void>;
}

export function rowEngine(kernel: Kernel, image: RawImage, hooks: PixelHooks = {}): RowEngine {
  const { heap, source, gray, tileBytes, margin } = kernel;
  const { width, kind } = image;
  const { map, onRows } = hooks;
  const firstSlot = gray + margin;
  const times = { waitMs: 0, grayMs: 0 };
  const reader = createRowReader(image.bands(), width * kind.sourceBytes, image.release);

  /** `above` and `left` are the numbers of rows and pixels before the tile’s own. */
  function prepare(tile: Tile, { above, left }: { above: number; left: number }): void {
    const [rows, pixels] = [tile.rows + above, tile.pixels + left];
    const from = (tile.x - left) * kind.sourceBytes;
    const bytes = pixels * kind.sourceBytes;
    reader.copy({ y: tile.y - above, rows, from, bytes }, heap, source);
    map?.(kernel, source, rows * pixels);
    onRows?.(heap.subarray(source + above * bytes, source + rows * bytes), tile.y);
  }

  async function wait(rows: Promise<void>): Promise<void> {
    const startedAt = performance.now();
    await rows;
    times.waitMs += performance.now() - startedAt;
  }

  function load(tile: Tile): boolean {
    // Includes the row above and the pixel on the left, if there are any.
    const [above, left] = [tile.y > 0 ? 1 : 0, tile.x > 0 ? 1 : 0];
    const size = { rows: tile.rows + above, pixels: tile.pixels + left };
    if (tile.isPartOfRow || !above) kernel.clearGray();
    prepare(tile, { above, left });
    const into = firstSlot + (above ? 0 : tile.stride) - left * kind.grayBytes;
    return kernel.grayRows(kind.id, size.rows, size.pixels, source, into, tile.stride) !== 0;
  }

  return {
    times,
    tiles() {
      // The kernel has room for four source bytes per gray byte.
      const room = Math.min(1, (4 * kind.grayBytes) / kind.sourceBytes);
      return tilesOf(image, kind, {
        tileBytes: Math.floor(tileBytes * room),
        margin,
      });
    },
    receive: (tile) => wait(reader.receive(Math.max(0, tile.y - 1), tile.y + tile.rows)),
    load(tile) {
      const startedAt = performance.now();
      const isExpected = load(tile);
      times.grayMs += performance.now() - startedAt;
      return isExpected;
    },
    filter(tile) {
      const first = firstSlot + tile.stride;
      const [bytes, step] = [tile.pixels * kind.grayBytes, kind.grayBytes];
      if (tile.x > 0) return kernel.filterOn(first, firstSlot, bytes, step);
      kernel.filterRows(first, tile.rows, bytes, tile.stride, step);
    },
    copyGray(tile, into) {
      const bytes = tile.pixels * kind.grayBytes;
      for (let row = 0; row < tile.rows; row++) {
        const from = firstSlot + (row + 1) * tile.stride;
        const at = ((tile.y + row) * width + tile.x) * kind.grayBytes;
        into.set(heap.subarray(from, from + bytes), at);
      }
    },
    finish: () => wait(reader.finish()),
    close: () => reader.close(),
  };
}
