import { compress, type StrategyName, strategies, type Work } from './compress.ts';
import type { Tile } from './tiles.ts';

/** Below this size, all strategies are tried without inspecting the image. */
const smallBytes = 16_384;
/**
 * Share of the tile memory: a sample is two deflate windows, so that the second can refer to the
 * first.
 */
const sampleShare = 0.5;
const maxSamples = 8;
/** The number of samples to inspect first, and how much of each. */
const maxInspectedTiles = 4;
const inspectedBytes = 32_768;
/** Above one of these shares, zlib may find matches. Photos repeat less than 0.03. */
const repeatedShare = 0.035;
const flatShare = 0.5;
/** The minimum saving that justifies the extra time of zlib. */
const maxSizeRatio = 0.995;

/** Returns the strategy with the smallest output for half a megabyte of samples. */
export async function chooseStrategy(work: Work): Promise<StrategyName> {
  const tiles = spread([...work.engine.tiles(sampleShare)], maxSamples);
  if (!mayRepeat(work, tiles)) return 'runs';
  const sizes: [StrategyName, number][] = [];
  for (const strategy of Object.keys(strategies) as StrategyName[]) {
    sizes.push([strategy, await sizeOf(compress(work, tiles, strategy))]);
  }
  const [[, runs] = ['runs', 0]] = sizes;
  const [smallest, size] = sizes.reduce((a, b) => (b[1] < a[1] ? b : a));
  return size < runs * maxSizeRatio ? smallest : 'runs';
}

/** Returns up to `max` items at equal distances. */
function spread<T>(all: T[], max: number): T[] {
  if (all.length <= max) return all;
  return Array.from(
    { length: max },
    (_, i) => all[Math.floor(((i + 0.5) * all.length) / max)] as T,
  );
}

/** A cheap check that runs before the strategies are tried. */
function mayRepeat({ kernel, engine }: Work, tiles: Tile[]): boolean {
  let [words, repeated, flat] = [0, 0, 0];
  for (const tile of spread(tiles, maxInspectedTiles)) {
    kernel.begin();
    if (!engine.load(tile)) return false;
    engine.filter(tile, 'none');
    const bytes = Math.min(kernel.takeFiltered(), inspectedBytes);
    repeated += kernel.countRepeats(kernel.filtered, bytes);
    flat += kernel.flatWords();
    words += Math.floor(bytes / 8);
  }
  if (words * 8 < smallBytes) return true;
  return repeated > words * repeatedShare || flat > words * flatShare;
}

async function sizeOf(pieces: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const { length } of pieces) bytes += length;
  return bytes;
}
