import type { Random } from '../../stats/samples/index.ts';

/** So many of a stream of unknown length, each with the same chance. */
interface Sample<Entry> {
  /** How many were offered. */
  offered: number;
  offer(entry: Entry): void;
  /** Those that were kept, in the order in which they came. */
  kept(): Entry[];
}

/** J. S. Vitter, "Random Sampling with a Reservoir", ACM TOMS 11 (1), 1985: algorithm R. */
export function createSample<Entry>(size: number, random: Random): Sample<Entry> {
  const places: { entry: Entry; at: number }[] = [];
  return {
    offered: 0,
    offer(entry) {
      const at = this.offered++;
      if (places.length < size) places.push({ entry, at });
      else {
        const place = Math.floor(random() * (at + 1));
        if (place < size) places[place] = { entry, at };
      }
    },
    kept: () => places.toSorted((a, b) => a.at - b.at).map(({ entry }) => entry),
  };
}
