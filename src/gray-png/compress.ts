import { pipeline, Readable } from 'node:stream';
import { constants, createDeflate, type ZlibOptions } from 'node:zlib';
import type { Kernel } from './kernel.ts';
import type { Filtering, RowEngine } from './row-engine.ts';
import type { Tile } from './tiles.ts';

/** What is done to the rows, and with what they are compressed. */
interface Way {
  filtering: Filtering;
  /** Else by the kernel. */
  zlib?: ZlibOptions;
}

/** As Pillow has it, which has made PNGs of this size for years. */
const thorough = { level: 6, memLevel: 9 };

/**
 * Photographs have nothing that repeats: runs and Huffman codes are all there is to gain. Of text,
 * screens and drawings, zlib finds the same glyph again; the more so where no filter mixes it with
 * what is beside it.
 */
export const ways = {
  runs: { filtering: 'best' },
  matches: { filtering: 'best', zlib: { ...thorough, strategy: constants.Z_FILTERED } },
  'plain matches': { filtering: 'none', zlib: thorough },
} as const satisfies Record<string, Way>;

export type WayName = keyof typeof ways;

/** Tiles between two turns of the event loop, so that a large picture does not hold up all else. */
const tilesInOneTurn = 8;

export interface Work {
  kernel: Kernel;
  engine: RowEngine;
  /** Time that went into making gray of colours. */
  grayMs: number;
  /** Not all pixels were what the kind of the picture promised; nothing came after that. */
  isMistaken: boolean;
}

/** A stream of zlib (RFC 1950) of these tiles. Each piece is good until the next. */
export function compress(
  work: Work,
  tiles: Iterable<Tile>,
  wayName: WayName,
): AsyncIterable<Uint8Array> {
  const { filtering, zlib }: Way = ways[wayName];
  if (!zlib) return deflated(work, tiles);
  const rows = Readable.from(filteredRows(work, tiles, filtering));
  // An error of either ends both, and is thrown where the result is read.
  return pipeline(rows, createDeflate(zlib), () => {});
}

async function* deflated(work: Work, tiles: Iterable<Tile>): AsyncGenerator<Uint8Array> {
  const { kernel } = work;
  const output = (length: number) => kernel.heap.subarray(kernel.output, kernel.output + length);
  kernel.begin();
  // Deflate, a window of 32 KB, and a check that makes both divisible by 31.
  yield Uint8Array.of(0x78, 0x01);
  let turn = 0;
  for (const tile of tiles) {
    if (!load(work, tile)) return;
    work.engine.filter(tile, 'best');
    yield output(kernel.deflate());
    if (++turn % tilesInOneTurn === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  yield output(kernel.finish());
  const adler = Buffer.alloc(4);
  adler.writeInt32BE(kernel.adler());
  yield adler;
}

/** Copies, as zlib reads them on another thread while the kernel goes on. */
function* filteredRows(
  work: Work,
  tiles: Iterable<Tile>,
  filtering: Filtering,
): Generator<Uint8Array> {
  work.kernel.begin();
  for (const tile of tiles) {
    if (!load(work, tile)) return;
    work.engine.filter(tile, filtering);
    yield copyOfFiltered(work.kernel);
  }
}

function copyOfFiltered({ heap, filtered, ...kernel }: Kernel): Uint8Array {
  return heap.slice(filtered, filtered + kernel.takeFiltered());
}

function load(work: Work, tile: Tile): boolean {
  const startedAt = performance.now();
  if (!work.engine.load(tile)) work.isMistaken = true;
  work.grayMs += performance.now() - startedAt;
  return !work.isMistaken;
}
