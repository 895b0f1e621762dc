import { compress, type WayName, type Work, ways } from './compress.ts';
import type { Tile } from './tiles.ts';

/** Below this size, all strategies are tried without inspecting the image. */
const smallBytes = 16_384;
/**
 * Share of the tile memory: a sample is two deflate windows, so that the second can refer to the
 * first.
 */
const sampleShare = 0.5;
const mostSamples = 8;
/** The number of samples to inspect first, and how much of each. */
const mostLooks = 4;
const lookBytes = 32_768;
/** Above one of these shares, zlib may find matches. Photos repeat less than 0.03. */
const repeatedShare = 0.035;
const flatShare = 0.5;
/** The minimum saving that justifies the extra time of zlib. */
const worthwhile = 0.995;

/** Returns the strategy with the smallest output for half a megabyte of samples. */
export async function chooseWay(work: Work): Promise<WayName> {
  const tiles = spread([...work.engine.tiles(sampleShare)], mostSamples);
  if (!mayRepeat(work, tiles)) return 'runs';
  const sizes: [WayName, number][] = [];
  for (const way of Object.keys(ways) as WayName[]) {
    sizes.push([way, await sizeOf(compress(work, tiles, way))]);
  }
  const [[, runs] = ['runs', 0]] = sizes;
  const [smallest, size] = sizes.reduce((a, b) => (b[1] < a[1] ? b : a));
  return size < runs * worthwhile ? smallest : 'runs';
}

/** Returns up to `most` items at equal distances. */
function spread<T>(all: T[], most: number): T[] {
  if (all.length <= most) return all;
  return Array.from(
    { length: most },
    (_, i) => all[Math.floor(((i + 0.5) * all.length) / most)] as T,
  );
}

/** A cheap check that runs before the strategies are tried. */
function mayRepeat({ kernel, engine }: Work, tiles: Tile[]): boolean {
  let [words, repeated, flat] = [0, 0, 0];
  for (const tile of spread(tiles, mostLooks)) {
    kernel.begin();
    if (!engine.load(tile)) return false;
    engine.filter(tile, 'none');
    const bytes = Math.min(kernel.takeFiltered(), lookBytes);
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
