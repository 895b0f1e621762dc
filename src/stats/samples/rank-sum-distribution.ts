/**
 * How likely each U from 0 to m * n is, for two samples of m and n values without ties from one
 * distribution. The largest value is of the first sample with probability m / (m + n), and then above
 * all n of the second; what remains is a smaller case of the same. H. B. Mann, D. R. Whitney, "On a
 * Test of Whether one of Two Random Variables is Stochastically Larger than the Other", 1947.
 */
export function rankSumDistribution(m: number, n: number): Float64Array {
  // Entry j: the distribution for the current size of the first sample, and j of the second.
  let smaller = Array.from({ length: n + 1 }, () => Float64Array.of(1));
  for (let i = 1; i <= m; i++) {
    const current = [Float64Array.of(1)];
    for (let j = 1; j <= n; j++) {
      const fromFirst = smaller[j] as Float64Array;
      const fromSecond = current[j - 1] as Float64Array;
      const distribution = new Float64Array(i * j + 1);
      for (const [u, p] of fromFirst.entries()) distribution[u + j] = (p * i) / (i + j);
      for (const [u, p] of fromSecond.entries()) {
        distribution[u] = (distribution[u] as number) + (p * j) / (i + j);
      }
      current.push(distribution);
    }
    smaller = current;
  }
  return smaller[n] as Float64Array;
}
