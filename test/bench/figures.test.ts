import { expect, test } from 'vitest';
import { rotate } from '../../bench/conversions/measure-conversions.ts';
import { figureOf, geometricMean, ratioOf, short } from '../../bench/figures.ts';
import { scaleOf } from '../../bench/report.ts';

test('takes the median of the measured values, and an interval that contains it', () => {
  const { median, interval, n } = figureOf([9, 1, 5, 3, 7]);
  expect({ median, n }).toEqual({ median: 5, n: 5 });
  expect(interval.low).toBeLessThanOrEqual(5);
  expect(interval.high).toBeGreaterThanOrEqual(5);
});

test('rejects an empty list of values', () => {
  expect(() => figureOf([])).toThrow(RangeError);
  expect(() => geometricMean([])).toThrow(RangeError);
});

test('takes ratios round by round, so that other load on the machine cancels out', () => {
  expect(ratioOf([1, 10, 2], [2, 20, 4]).values).toEqual([0.5, 0.5, 0.5]);
});

test.each([
  ['of equal weight to 1', [1, 1], 1],
  ['by their weights', [3, 1], 2 ** -0.5],
])('averages a half and a double %s', (_, [half = 0, double = 0], mean) => {
  const ratios = [
    { ratio: 0.5, weight: half },
    { ratio: 2, weight: double },
  ];
  expect(geometricMean(ratios)).toBeCloseTo(mean, 12);
});

test.each([
  [0.1184, '0.118'],
  [4.071, '4.07'],
  [1234.6, '1,235'],
  [0, '0'],
])('writes %d as %s', (value, text) => {
  expect(short(value)).toBe(text);
});

test('begins each round with a different one, and omits none', () => {
  expect([0, 1, 2, 3].map((round) => rotate(['a', 'b', 'c'], round).join(''))).toEqual([
    'abc',
    'bca',
    'cab',
    'abc',
  ]);
});

test.each([
  ['near each other', [10, 20]],
  ['far from each other', [1, 1_000]],
])('draws values that are %s inside the plot and in order', (_, values) => {
  const { at, ticks } = scaleOf(values, [100, 800]);
  const positions = [...values, ...ticks].sort((a, b) => a - b).map(at);
  expect(positions).toEqual(positions.toSorted((a, b) => a - b));
  expect(Math.min(...positions)).toBeGreaterThanOrEqual(100);
  expect(Math.max(...positions)).toBeLessThanOrEqual(800);
});
