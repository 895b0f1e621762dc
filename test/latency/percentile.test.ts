import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ecdf, logHistogram, median, percentile, sortedSample } from '../../src/latency/index.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';

const times = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), {
  minLength: 1,
  maxLength: 200,
});
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('percentile', () => {
  // R 4.2.2: quantile(c(...), c(...), type = 7)
  const values = [3.1, 0.2, 9.7, 4.4, 4.4, 12.5, 7.7, 1e-3, 250, 31];

  test.each([
    [0, 0.001],
    [0.01, 0.01891],
    [0.05, 0.09055],
    [0.25, 3.425],
    [0.5, 6.05],
    [0.9, 52.9],
    [0.95, 151.45],
    [0.99, 230.29],
    [1, 250],
  ])('of %d is R’s type 7', (p, expected) => {
    expect(percentile(sortedSample(values), p)).toBeCloseTo(expected, 10);
  });

  test('lies between the least and the largest value, and grows with the share', () => {
    fc.assert(
      fc.property(times, share, share, (values, p, q) => {
        const sample = sortedSample(values);
        const [low, high] = [
          percentile(sample, Math.min(p, q)),
          percentile(sample, Math.max(p, q)),
        ];
        expect(low).toBeGreaterThanOrEqual(Math.min(...values));
        expect(high).toBeLessThanOrEqual(Math.max(...values));
        // Interpolation rounds.
        expect(low).toBeLessThanOrEqual(high * (1 + 1e-12));
      }),
    );
  });

  describe('against PostgreSQL', () => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await createDatabase({ migrated: false });
    });
    afterAll(() => database.drop());

    test('is percentile_cont', async () => {
      await fc.assert(
        fc.asyncProperty(times, share, async (values, p) => {
          const { rows } = await database.query(
            'SELECT percentile_cont($1) WITHIN GROUP (ORDER BY ms) AS expected FROM unnest($2::float8[]) AS ms',
            [p, values],
          );
          const scale = Math.max(1, ...values);
          expect(percentile(sortedSample(values), p) / scale).toBeCloseTo(
            rows[0].expected / scale,
            10,
          );
        }),
        { numRuns: 50 },
      );
    });
  });
});

describe('sortedSample', () => {
  test('sorts numbers as numbers and leaves the given ones alone', () => {
    const values = [10, 9, -1, 1e-7, 100];
    expect([...sortedSample(values)]).toEqual([-1, 1e-7, 9, 10, 100]);
    expect(values[0]).toBe(10);
  });

  test.each([
    ['nothing', [], /at least one value/],
    ['NaN', [1, Number.NaN, 2], /finite numbers but received NaN/],
    ['infinity', [1, Number.POSITIVE_INFINITY], /received Infinity/],
    ['minus infinity', [Number.NEGATIVE_INFINITY, 1], /received -Infinity/],
  ])('refuses %s', (_, values, message) => {
    expect(() => sortedSample(values)).toThrow(message);
  });
});

describe('logHistogram', () => {
  test('counts every value once, in bins without gaps whose bounds grow by one factor', () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 40 }), (values, bins) => {
        const histogram = logHistogram(sortedSample(values), { bins });
        expect(histogram.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
        for (const [i, bin] of histogram.entries()) {
          const before = histogram[i - 1];
          if (before) expect(before.to).toBe(bin.from);
        }
      }),
    );
  });

  test('has the bins one would draw', () => {
    const counts = logHistogram(sortedSample([1, 2, 5, 10, 20, 99, 100, 999, 1000]), { bins: 3 });
    expect(counts.map(({ count }) => count)).toEqual([3, 3, 3]);
    expect(counts.map(({ to }) => Math.round(to))).toEqual([10, 100, 1000]);
  });

  test('puts what is outside a given range into the bin at that end', () => {
    const bins = logHistogram(sortedSample([0, 1, 50, 5_000]), { bins: 2, from: 10, to: 1_000 });
    expect(bins.map(({ count }) => count)).toEqual([3, 1]);
  });
});

describe('ecdf', () => {
  test('ends at the largest value with all of the sample, and never falls', () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 50 }), (values, points) => {
        const sample = sortedSample(values);
        const curve = ecdf(sample, points);
        expect(curve).toHaveLength(Math.min(points, values.length));
        expect(curve.at(-1)).toEqual({ value: sample.at(-1), share: 1 });
        for (const { value, share } of curve) {
          const atMost = values.filter((other) => other <= value).length;
          expect(atMost / values.length).toBeGreaterThanOrEqual(share);
        }
      }),
    );
  });
});

test('the median of an even sample is the middle of its two', () => {
  expect(median(sortedSample([4, 1, 3, 2]))).toBe(2.5);
});
