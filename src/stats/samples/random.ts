/** Returns uniform numbers from 0 (included) to 1 (excluded). */
export type Random = () => number;

/**
 * Returns the same numbers for the same seed, on every machine: sfc32 of Chris Doty-Humphrey's
 * PractRand, with two draws for the 53 bits of a double.
 */
export function createRandom(seed: number): Random {
  let a = 0;
  let b = seed >>> 0;
  let c = Math.floor(seed / 2 ** 32) >>> 0;
  let counter = 1;

  function next(): number {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  }

  // Spreads the seed to every bit of the state.
  for (let i = 0; i < 12; i++) next();
  return () => ((next() >>> 6) * 2 ** 27 + (next() >>> 5)) / 2 ** 53;
}

/** Draws from Beta(a, b), for a and b of at least 1: a ratio of gamma variates. */
export function betaVariate(random: Random, a: number, b: number): number {
  const one = gammaVariate(random, a);
  return one / (one + gammaVariate(random, b));
}

/**
 * G. Marsaglia, W. W. Tsang, "A Simple Method for Generating Gamma Variables", ACM Transactions on
 * Mathematical Software 26 (3), 2000; for shapes of at least 1.
 */
function gammaVariate(random: Random, shape: number): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normalVariate(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < x * x * 0.5 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** G. E. P. Box, M. E. Muller, 1958. */
function normalVariate(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
