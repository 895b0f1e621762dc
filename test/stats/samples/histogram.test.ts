import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ecdf, logHistogram, sortedSample } from '../../../src/stats/samples/index.ts';

describe('logHistogram', () => {
  test('has bins that grow by a constant factor', () => {
    const bins = logHistogram(sortedSample([1, 3, 20, 30, 1_000]), { bins: 3 });
    expect(bins.map(({ count }) => count)).toEqual([2, 2, 1]);
    expect(bins.map(({ to }) => Math.round(to))).toEqual([10, 100, 1_000]);
  });

  test('counts values outside the range in the first and last bin', () => {
    const bins = logHistogram(sortedSample([0, 5, 5e9]), { bins: 2, from: 1, to: 100 });
    expect(bins.map(({ count }) => count)).toEqual([2, 1]);
  });

  test('has one bin when all values are equal', () => {
    const bins = logHistogram(sortedSample([7, 7]), { bins: 8 });
    expect(bins).toEqual([{ from: 7, to: 7, count: 2 }]);
  });

  test('counts each value once, in the bin that contains it', () => {
    const values = fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 2 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 40 }), (drawn, count) => {
        const bins = logHistogram(sortedSample(drawn), { bins: count });
        expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(drawn.length);
        for (const bin of bins) {
          // A value on a bound may be on either side of it because of rounding.
          const within = drawn.filter((v) => v >= bin.from * 0.999999 && v <= bin.to * 1.000001);
          expect(bin.count).toBeLessThanOrEqual(within.length);
        }
      }),
    );
  });
});

describe('ecdf', () => {
  test('returns each value of a small sample with its share', () => {
    expect(ecdf(sortedSample([30, 10, 20, 40]), 100)).toEqual([
      { value: 10, share: 0.25 },
      { value: 20, share: 0.5 },
      { value: 30, share: 0.75 },
      { value: 40, share: 1 },
    ]);
  });

  test('thins out a large sample and ends at its largest value', () => {
    const points = ecdf(sortedSample(Array.from({ length: 1_000 }, (_, i) => i + 1)), 4);
    expect(points.map(({ value }) => value)).toEqual([250, 500, 750, 1_000]);
  });
});
