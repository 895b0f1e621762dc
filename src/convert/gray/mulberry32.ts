/**
 * Seeded random numbers from 0 (inclusive) to 1 (exclusive). By Tommy Ettinger, in the public
 * domain. Statistics need more bits: src/stats/samples/random.ts.
 */
export function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
