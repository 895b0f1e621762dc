import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cliffsDelta, sortedSample } from '../../../src/stats/samples/index.ts';
import {
  automatic,
  earlyPermeability,
  manual,
  ozoneInAugust,
  ozoneInMay,
  permeability,
  remainders,
} from './r-data.ts';

const delta = (x: number[], y: number[]) => cliffsDelta(sortedSample(x), sortedSample(y));

describe('cliffsDelta', () => {
  // R 4.2.2: W of wilcox.test(x, y), which counts the pairs in which x is larger.
  test.each([
    ['the example of R’s help', permeability, earlyPermeability, 35],
    ['mtcars$mpg by am, with ties', automatic, manual, 42],
    ['airquality$Ozone, with ties', ozoneInMay, ozoneInAugust, 127.5],
    [
      '2,000 values and 3,000',
      remainders(2_000, 7_919, 10_007),
      remainders(3_000, 104_729, 10_007).map((value) => value * 0.93),
      3_218_648,
    ],
  ])('matches R’s count of pairs for %s', (_, x, y, w) => {
    expect(delta(x, y)).toBeCloseTo((2 * w) / (x.length * y.length) - 1, 12);
  });

  test('is 0 when all values are equal', () => {
    expect(delta([1, 1, 1], [1, 1])).toBe(0);
  });

  test('matches a count by hand, and changes sign when the samples are swapped', () => {
    const values = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, values, (x, y) => {
        let balance = 0;
        for (const a of x) for (const b of y) balance += Math.sign(a - b);
        expect(delta(x, y)).toBeCloseTo(balance / (x.length * y.length), 12);
        expect(delta(y, x)).toBeCloseTo(-delta(x, y), 12);
      }),
    );
  });
});
