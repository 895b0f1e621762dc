import { expect, test } from 'vitest';
import { inTurn } from '../../bench/conversions/measure-conversions.ts';
import { figureOf, geometricMean, ratioOf, short } from '../../bench/figures.ts';
import { scaleOf } from '../../bench/report.ts';

test('takes the median of what was measured, in an interval that holds it', () => {
  const { median, interval, n } = figureOf([9, 1, 5, 3, 7]);
  expect({ median, n }).toEqual({ median: 5, n: 5 });
  expect(interval.low).toBeLessThanOrEqual(5);
  expect(interval.high).toBeGreaterThanOrEqual(5);
});

test('refuses to make a figure of nothing', () => {
  expect(() => figureOf([])).toThrow(RangeError);
  expect(() => geometricMean([])).toThrow(RangeError);
});

test('takes ratios round by round, so that a busy machine is gone from them', () => {
  expect(ratioOf([1, 10, 2], [2, 20, 4]).values).toEqual([0.5, 0.5, 0.5]);
});

test('means half as much and twice as much to be none at all', () => {
  expect(geometricMean([0.5, 2])).toBeCloseTo(1, 12);
});

test.each([
  [0.1184, '0.118'],
  [4.071, '4.07'],
  [1234.6, '1,235'],
  [0, '0'],
])('writes %d as %s', (value, text) => {
  expect(short(value)).toBe(text);
});

test('begins each round with another one, and leaves nobody out', () => {
  expect([0, 1, 2, 3].map((round) => inTurn(['a', 'b', 'c'], round).join(''))).toEqual([
    'abc',
    'bca',
    'cab',
    'abc',
  ]);
});

test.each([
  ['near each other', [10, 20]],
  ['far from each other', [1, 1_000]],
])('draws values that lie %s within the picture and in their order', (_, values) => {
  const { at, ticks } = scaleOf(values, [100, 800]);
  const places = [...values, ...ticks].sort((a, b) => a - b).map(at);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(Math.min(...places)).toBeGreaterThanOrEqual(100);
  expect(Math.max(...places)).toBeLessThanOrEqual(800);
});
