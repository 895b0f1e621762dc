import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { median, percentile, sortedSample } from '../../../src/stats/samples/index.ts';
import { eruptions, permeability } from './r-data.ts';

describe('percentile', () => {
  // R 4.2.2: quantile(x, share, type = 7)
  test.each([
    ['a tenth of few values', permeability, 0.1, 0.793],
    ['the median of few values', permeability, 0.5, 1.415],
    ['p90 of few values', permeability, 0.9, 1.892],
    ['p95 of few values', permeability, 0.95, 1.901],
    ['p99 of few values', permeability, 0.99, 1.9082],
    ['the median of faithful$eruptions', eruptions, 0.5, 4],
    ['p90 of faithful$eruptions', eruptions, 0.9, 4.7],
    ['p95 of faithful$eruptions', eruptions, 0.95, 4.817],
    ['p99 of faithful$eruptions', eruptions, 0.99, 5.00957],
  ])('matches R for %s', (_, values, share, expected) => {
    expect(percentile(sortedSample(values), share)).toBeCloseTo(expected, 12);
  });

  test('is the smallest and the largest value at 0 and 1', () => {
    const sample = sortedSample([3, 1, 2]);
    expect([percentile(sample, 0), median(sample), percentile(sample, 1)]).toEqual([1, 2, 3]);
  });

  test('interpolates between the neighbours of (n - 1) * share, for any sample', () => {
    fc.assert(
      fc.property(samples, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const ascending = values.toSorted((a, b) => a - b);
        const position = (ascending.length - 1) * share;
        const [low, high] = [Math.floor(position), Math.ceil(position)].map(
          (i) => ascending[i] as number,
        ) as [number, number];
        const expected = low + (high - low) * (position - Math.floor(position));
        const tolerance = 1e-9 * (1 + Math.abs(low) + Math.abs(high));
        expect(Math.abs(percentile(sortedSample(values), share) - expected)).toBeLessThan(
          tolerance,
        );
      }),
    );
  });

  test('grows with its share', () => {
    fc.assert(
      fc.property(samples, (values) => {
        const sample = sortedSample(values);
        const at = [0, 0.1, 0.5, 0.9, 0.99, 1].map((share) => percentile(sample, share));
        expect(at).toEqual(at.toSorted((a, b) => a - b));
      }),
    );
  });
});

describe('sortedSample', () => {
  test('sorts numbers as numbers, and leaves its argument unchanged', () => {
    const values = [10, 9, -1, 1e-3];
    expect([...sortedSample(values)]).toEqual([-1, 1e-3, 9, 10]);
    expect(values).toEqual([10, 9, -1, 1e-3]);
  });

  test.each([
    ['no value', [], 'at least one value'],
    ['NaN', [1, Number.NaN, 2], 'NaN'],
    ['infinity', [1, Number.POSITIVE_INFINITY], 'Infinity'],
    ['negative infinity', [1, Number.NEGATIVE_INFINITY], '-Infinity'],
  ])('rejects %s', (_, values, words) => {
    expect(() => sortedSample(values)).toThrow(words);
  });
});

const samples = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 });
