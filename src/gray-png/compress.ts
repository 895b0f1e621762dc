import { pipeline, Readable } from 'node:stream';
import { constants, createDeflate, type ZlibOptions } from 'node:zlib';
import type { Kernel } from './kernel.ts';
import type { Filtering, RowEngine } from './row-engine.ts';
import type { Tile } from './tiles.ts';

/** How to filter the rows and how to compress them. */
interface Strategy {
  filtering: Filtering;
  /** If absent, the kernel compresses. */
  zlib?: ZlibOptions;
}

/** The same as Pillow, which has made PNGs of this size for years. */
const pillowLevel = { level: 6, memLevel: 9 };

/**
 * Photos contain no repetition: only runs and Huffman codes save space. In text, screenshots and
 * drawings, zlib finds repeated glyphs, especially without a filter, which mixes them with their
 * neighbours.
 */
export const strategies = {
  runs: { filtering: 'best' },
  matches: { filtering: 'best', zlib: { ...pillowLevel, strategy: constants.Z_FILTERED } },
  'plain matches': { filtering: 'none', zlib: pillowLevel },
} as const satisfies Record<string, Strategy>;

export type StrategyName = keyof typeof strategies;

/** Tiles per turn of the event loop, so that a large image does not block it. */
const tilesPerTurn = 8;

export interface Work {
  kernel: Kernel;
  engine: RowEngine;
  /** Milliseconds spent converting colours to gray. */
  grayMs: number;
  /** The pixels did not match the expected kind of image, so compression stopped. */
  isWrongKind: boolean;
}

/** Compresses tiles to a zlib stream (RFC 1950). Each piece is valid until the next one. */
export function compress(
  work: Work,
  tiles: Iterable<Tile>,
  strategyName: StrategyName,
): AsyncIterable<Uint8Array> {
  const { filtering, zlib }: Strategy = strategies[strategyName];
  if (!zlib) return deflated(work, tiles);
  const rows = Readable.from(filteredRows(work, tiles, filtering));
  // An error in either stream ends both, and is thrown to the reader of the result.
  return pipeline(rows, createDeflate(zlib), () => {});
}

async function* deflated(work: Work, tiles: Iterable<Tile>): AsyncGenerator<Uint8Array> {
  const { kernel } = work;
  const output = (length: number) => kernel.heap.subarray(kernel.output, kernel.output + length);
  kernel.begin();
  // Deflate, a 32 KB window, and check bits that make the header divisible by 31.
  yield Uint8Array.of(0x78, 0x01);
  let turn = 0;
  for (const tile of tiles) {
    if (!load(work, tile)) return;
    work.engine.filter(tile, 'best');
    yield output(kernel.deflate());
    if (++turn % tilesPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  yield output(kernel.finish());
  const adler = Buffer.alloc(4);
  adler.writeInt32BE(kernel.adler());
  yield adler;
}

/** Yields copies, because zlib reads them on another thread while the kernel continues. */
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
  if (!work.engine.load(tile)) work.isWrongKind = true;
  work.grayMs += performance.now() - startedAt;
  return !work.isWrongKind;
}
