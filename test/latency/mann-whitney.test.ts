// Expected values are of R version 4.2.2 Patched (2022-11-10 r83330).
import fc from 'fast-check';
import { wilcoxonRankSum } from 'simple-statistics';
import { describe, expect, test } from 'vitest';
import { adjustPValues, mannWhitney, sortedSample } from '../../src/latency/index.ts';
import { normalTail } from '../../src/latency/normal-tail.ts';
import { rankSumDistribution } from '../../src/latency/rank-sum-distribution.ts';

const ofSamples = (x: number[], y: number[]) => mannWhitney(sortedSample(x), sortedSample(y));
const sequence = (count: number, value: (i: number) => number) =>
  Array.from({ length: count }, (_, i) => value(i));

/** Hollander and Wolfe, 1973, page 69: permeability of placental membranes; R's own example. */
const atTerm = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
const early = [1.15, 0.88, 0.9, 0.74, 1.21];

/** `airquality$Ozone`, May and August. */
const may = [
  41, 36, 12, 18, 28, 23, 19, 8, 7, 16, 11, 14, 18, 14, 34, 6, 30, 11, 1, 11, 4, 32, 23, 45, 115,
  37,
];
const august = [
  39, 9, 16, 78, 35, 66, 122, 89, 110, 44, 28, 65, 22, 59, 23, 31, 44, 21, 9, 45, 168, 73, 76, 118,
  84, 85,
];

const x49 = sequence(49, (i) => ((i * 37) % 101) + 0.5);
const y49 = sequence(49, (i) => ((i * 53) % 97) * 1.1);
const x200 = sequence(200, (i) => (i * i) % 211);
const y200 = sequence(200, (i) => ((i * i) % 199) + 5);

describe('mannWhitney', () => {
  test.each([
    ['placental membranes', atTerm, early, 35, 0.2544122544122544, 'exact'],
    ['three below three', [1, 2, 3], [4, 5, 6], 0, 0.1, 'exact'],
    ['49 and 49 without ties', x49, y49, 1206, 0.9717909790725324, 'exact'],
    [
      '49 and 49 with a tie',
      x49,
      y49.map((y) => y / 2),
      1796.5,
      2.324826940698456e-5,
      'normal approximation',
    ],
    ['ozone in May and August', may, august, 127.5, 0.0001208078307687744, 'normal approximation'],
    ['200 and 200 with ties', x200, y200, 22018, 0.08097199921171544, 'normal approximation'],
    [
      '200 far apart',
      x200,
      y200.map((y) => y + 100),
      6271,
      1.603412067952124e-32,
      'normal approximation',
    ],
  ])('of %s is R’s wilcox.test', (_, x, y, u, pValue, method) => {
    const result = ofSamples(x, y);
    expect(result).toMatchObject({ u, method });
    expect(result.pValue / pValue).toBeCloseTo(1, 10);
  });

  test('finds nothing between samples that are all one value, where R has NaN', () => {
    expect(ofSamples([1, 1, 1], [1, 1])).toMatchObject({ u: 3, pValue: 1, cliffsDelta: 0 });
  });

  const samples = fc.tuple(
    fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 60 }),
    fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 60 }),
  );

  test('counts pairs, as effect sizes are defined', () => {
    fc.assert(
      fc.property(samples, ([x, y]) => {
        const { u, commonLanguage, cliffsDelta } = ofSamples(x, y);
        const signs = x.flatMap((a) => y.map((b) => Math.sign(a - b)));
        const sum = signs.reduce<number>((total, sign) => total + sign, 0);
        expect(cliffsDelta).toBeCloseTo(sum / signs.length, 12);
        expect(commonLanguage).toBeCloseTo((cliffsDelta + 1) / 2, 12);
        expect(u + (x.length * (x.length + 1)) / 2).toBe(wilcoxonRankSum(x, y));
      }),
    );
  });

  test('says the same of the samples the other way round', () => {
    fc.assert(
      fc.property(samples, ([x, y]) => {
        const [one, other] = [ofSamples(x, y), ofSamples(y, x)];
        expect(one.u + other.u).toBe(x.length * y.length);
        expect(one.pValue).toBeCloseTo(other.pValue, 12);
        expect(one.pValue).toBeLessThanOrEqual(1);
        expect(one.pValue).toBeGreaterThan(0);
      }),
    );
  });
});

test('the distribution of U for 3 and 4 is R’s dwilcox(0:12, 3, 4)', () => {
  const thirtyFifths = [1, 1, 2, 3, 4, 4, 5, 4, 4, 3, 2, 1, 1];
  for (const [u, p] of rankSumDistribution(3, 4).entries()) {
    expect(p).toBeCloseTo((thirtyFifths[u] ?? 0) / 35, 14);
  }
});

// pnorm(z, lower.tail = FALSE)
test.each([
  [0, 0.5],
  [0.5, 0.3085375387259869],
  [1, 0.158655253931457],
  [1.96, 0.02499789514822043],
  [2.99, 0.00139488723549225],
  [3, 0.001349898031630095],
  [3.01, 0.001306238448769469],
  [5, 2.866515718791939e-7],
  [10, 7.619853024160527e-24],
  [37, 5.725571222524577e-300],
])('the normal tail of %d is R’s pnorm', (z, expected) => {
  expect(normalTail(z) / expected).toBeCloseTo(1, 11);
});

test('p-values of several tests are adjusted as by R’s p.adjust(p, "holm")', () => {
  const adjusted = adjustPValues([0.01, 0.04, 0.03, 0.5, 0.002, 0.04]);
  const expected = [0.05, 0.12, 0.12, 0.5, 0.012, 0.12];
  for (const [i, p] of adjusted.entries()) expect(p).toBeCloseTo(expected[i] ?? 0, 12);
  expect(adjustPValues([])).toEqual([]);
});
