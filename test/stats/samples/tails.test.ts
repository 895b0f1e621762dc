import { describe, expect, test } from 'vitest';
import { adjustPValues } from '../../../src/stats/samples/index.ts';
import { normalTail } from '../../../src/stats/samples/normal-tail.ts';
import { rankSumDistribution } from '../../../src/stats/samples/rank-sum-distribution.ts';

describe('normalTail', () => {
  // R 4.2.2: pnorm(z, lower.tail = FALSE)
  test.each([
    [0, 0.5],
    [0.5, 0.30853753872598694],
    [1, 0.15865525393145705],
    [1.96, 0.024997895148220428],
    [2.9, 0.0018658133003840384],
    [3, 0.0013498980316300946],
    [3.1, 0.00096760321321835631],
    [5, 2.8665157187919391e-7],
    [8, 6.2209605742717849e-16],
    [10, 7.6198530241605269e-24],
    [20, 2.7536241186062337e-89],
    [37, 5.7255712225245771e-300],
  ])('is at %d what R says', (z, expected) => {
    expect(normalTail(z) / expected).toBeCloseTo(1, 11);
  });

  test('is 0 where no number is small enough', () => {
    expect(normalTail(60)).toBe(0);
  });
});

describe('rankSumDistribution', () => {
  test('counts the ways as R does: dwilcox(0:20, 4, 5) * choose(9, 4)', () => {
    const ways = Array.from(rankSumDistribution(4, 5), (p) => Math.round(p * 126));
    expect(ways).toEqual([1, 1, 2, 3, 5, 6, 8, 9, 11, 11, 12, 11, 11, 9, 8, 6, 5, 3, 2, 1, 1]);
  });

  test('adds up to 1 and is symmetric', () => {
    const distribution = rankSumDistribution(49, 48);
    expect(distribution.reduce((sum, p) => sum + p)).toBeCloseTo(1, 12);
    expect(distribution[100]).toBeCloseTo(distribution[49 * 48 - 100] as number, 15);
  });
});

describe('adjustPValues', () => {
  // R 4.2.2: p.adjust(p, "holm")
  test.each([
    [
      [0.01, 0.04, 0.03, 0.005, 0.5, 0.2],
      [0.05, 0.12, 0.12, 0.03, 0.5, 0.4],
    ],
    [
      [0.7, 0.6, 0.02],
      [1, 1, 0.06],
    ],
    [[0.03], [0.03]],
    [[], []],
  ])('raises %j as R does', (pValues, expected) => {
    const adjusted = adjustPValues(pValues);
    expect(adjusted).toHaveLength(expected.length);
    for (const [i, p] of adjusted.entries()) expect(p).toBeCloseTo(expected[i] as number, 12);
  });
});
