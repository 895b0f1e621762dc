import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mannWhitney, sortedSample } from '../../../src/stats/samples/index.ts';
import {
  automatic,
  earlyPermeability,
  manual,
  ozoneInAugust,
  ozoneInMay,
  permeability,
  remainders,
} from './r-data.ts';

const of = (x: number[], y: number[]) => mannWhitney(sortedSample(x), sortedSample(y));

describe('mannWhitney', () => {
  const shifted = remainders(49, 53, 103).map((value) => value + 8.5);
  const oneToForty = Array.from({ length: 40 }, (_, i) => i + 1);

  // R 4.2.2: wilcox.test(x, y)
  test.each([
    ['the example of R’s help', permeability, earlyPermeability, 35, 0.2544122544122544],
    ['49 values each', remainders(49, 37, 101), shifted, 1101, 0.48349233252209378],
    [
      'samples far apart',
      oneToForty,
      oneToForty.map((value) => value + 30.5),
      45,
      1.0056683758591045e-17,
    ],
  ])('has R’s exact p-value for %s', (_, x, y, u, pValue) => {
    const test = of(x, y);
    expect(test).toMatchObject({ u, method: 'exact' });
    expect(test.pValue / pValue).toBeCloseTo(1, 10);
  });

  // R 4.2.2: wilcox.test(x, y, exact = FALSE)
  test.each([
    ['mtcars$mpg by am, with ties', automatic, manual, 42, 0.0018713913331785568],
    ['airquality$Ozone, with ties', ozoneInMay, ozoneInAugust, 127.5, 0.00012080783076877442],
    ['50 values and 49', remainders(50, 37, 101), shifted, 1116, 0.4476481067846691],
    [
      '2,000 values and 3,000',
      remainders(2_000, 7_919, 10_007),
      remainders(3_000, 104_729, 10_007).map((value) => value * 0.93),
      3_218_648,
      1.228246293635756e-5,
    ],
  ])('has R’s approximate p-value for %s', (_, x, y, u, pValue) => {
    const test = of(x, y);
    expect(test).toMatchObject({ u, method: 'normal approximation' });
    expect(test.pValue / pValue).toBeCloseTo(1, 9);
  });

  test('has the critical values of the published table', () => {
    // H. B. Mann, D. R. Whitney, 1947, and textbooks since: two-sided 5 %, largest U that rejects.
    const table = [
      [5, 5, 2],
      [8, 8, 13],
      [10, 12, 29],
      [15, 20, 90],
      [20, 20, 127],
    ] as const;
    for (const [m, n, critical] of table) {
      expect(of(...samplesWithU(m, n, critical)).pValue).toBeLessThanOrEqual(0.05);
      expect(of(...samplesWithU(m, n, critical + 1)).pValue).toBeGreaterThan(0.05);
    }
  });

  test('tells nothing apart where all values are equal', () => {
    expect(of([1, 1, 1], [1, 1])).toMatchObject({ pValue: 1, cliffsDelta: 0, commonLanguage: 0.5 });
  });

  test('counts pairs as one would by hand, and its effect sizes follow', () => {
    const values = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, values, (x, y) => {
        let u = 0;
        for (const a of x) for (const b of y) u += a > b ? 1 : a === b ? 0.5 : 0;
        const test = of(x, y);
        expect(test.u).toBe(u);
        expect(test.commonLanguage).toBeCloseTo(u / (x.length * y.length), 12);
        expect(test.cliffsDelta).toBeCloseTo(2 * test.commonLanguage - 1, 12);
      }),
    );
  });

  test('is the same the other way round, and when all values are scaled', () => {
    const values = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(values, values, (x, y) => {
        const test = of(x, y);
        const back = of(y, x);
        expect(back.pValue).toBeCloseTo(test.pValue, 10);
        expect(back.cliffsDelta).toBeCloseTo(-test.cliffsDelta, 12);
        const scaled = of(
          x.map((value) => value * 8),
          y.map((value) => value * 8),
        );
        expect(scaled.pValue).toBe(test.pValue);
      }),
    );
  });
});

/** Samples of m and n different values in which the first wins exactly `u` pairs. */
function samplesWithU(m: number, n: number, u: number): [number[], number[]] {
  const wins = Array.from({ length: m }, (_, i) => Math.min(Math.max(u - i * n, 0), n));
  // A value that wins k pairs lies above k of 1, 2, ..., n.
  return [wins.map((k, i) => k + 0.5 + i / (4 * m)), Array.from({ length: n }, (_, i) => i + 1)];
}
