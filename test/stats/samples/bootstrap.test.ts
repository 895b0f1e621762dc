import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resampledPercentile } from '../../../src/stats/samples/bootstrap.ts';
import {
  createRandom,
  percentile,
  percentileInterval,
  sortedSample,
} from '../../../src/stats/samples/index.ts';
import { remainders } from './r-data.ts';

const twoHundred = sortedSample(remainders(200, 7_919, 1_009));

describe('percentileInterval', () => {
  // R 4.2.2: the median of n values drawn with replacement is at most the k-th with probability
  // pbinom((n - 1) / 2, n, k / n, lower.tail = FALSE): of 17, 0.8 % and 3.6 % at 4 and 5, 96.4 % and
  // 99.2 % at 12 and 13, so that chance cannot move the 2.5 % and 97.5 % between them.
  test('is the exact bootstrap interval of a median', () => {
    const sample = sortedSample(Array.from({ length: 17 }, (_, i) => i + 1));
    expect(percentileInterval(sample, 0.5, { resamples: 20_000 })).toEqual({ low: 5, high: 13 });
  });

  // R 4.2.2: boot(x, function(d, i) quantile(d[i], share), R = 200000), its 2.5 % and 97.5 %. At 0.96,
  // 0.96 instead of 0.95, where the bounds fall into a gap of the sample and R’s own answers differ by 11.
  test.each([
    [0.5, 443, 583.5],
    [0.9, 865, 943.4],
    [0.96, 935.16, 989.16],
    [0.99, 972.25, 1_005],
  ])('matches R’s boot at %d', (share, low, high) => {
    const interval = percentileInterval(twoHundred, share, { resamples: 50_000 });
    expect(Math.abs(interval.low - low)).toBeLessThan(3);
    expect(Math.abs(interval.high - high)).toBeLessThan(3);
  });

  test('depends only on the seed', () => {
    const at = (seed: number) => percentileInterval(twoHundred, 0.37, { seed, resamples: 300 });
    expect(at(7)).toEqual(at(7));
    expect(at(7)).not.toEqual(at(8));
  });

  test('is wider for more confidence', () => {
    const width = (confidence: number) => {
      const { low, high } = percentileInterval(twoHundred, 0.5, { confidence });
      return high - low;
    };
    expect(width(0.99)).toBeGreaterThan(width(0.8));
  });

  test('contains the true percentile about as often as it claims', () => {
    const random = createRandom(42);
    let held = 0;
    for (let i = 0; i < 400; i++) {
      // Exponentially distributed: the true median is ln 2.
      const sample = sortedSample(Array.from({ length: 100 }, () => -Math.log(1 - random())));
      const { low, high } = percentileInterval(sample, 0.5, { resamples: 300, seed: i });
      if (low <= Math.LN2 && Math.LN2 <= high) held += 1;
    }
    // Four standard deviations of 400 tries at 95 %.
    expect(held / 400).toBeGreaterThan(0.906);
  });

  test('lies within the sample and around its percentile, for any sample', () => {
    const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.constantFrom(0.01, 0.5, 0.9, 0.95, 0.99), (drawn, share) => {
        const sample = sortedSample(drawn);
        const { low, high } = percentileInterval(sample, share, { resamples: 200 });
        expect(low).toBeGreaterThanOrEqual(sample[0] as number);
        expect(low).toBeLessThanOrEqual(high);
        expect(high).toBeLessThanOrEqual(sample.at(-1) as number);
      }),
    );
  });

  test('takes no longer for a million values than for a thousand', () => {
    const cpuMs = (n: number) => {
      const sample = sortedSample(remainders(n, 7_919, 1_000_003));
      const before = process.cpuUsage();
      for (let i = 0; i < 20; i++) percentileInterval(sample, 0.95);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1e3;
    };
    cpuMs(1_000);
    expect(cpuMs(1_000_000)).toBeLessThan(5 * cpuMs(1_000) + 50);
  });
});

describe('resampledPercentile', () => {
  test.each([0.5, 0.9, 0.95, 0.99])('is distributed at %d as when drawn one by one', (share) => {
    const random = createRandom(3);
    const times = 20_000;
    const short = momentsOf(times, () => resampledPercentile(twoHundred, share, random));
    const plain = momentsOf(times, () => {
      const drawn = twoHundred.map(() => twoHundred[Math.floor(random() * 200)] as number);
      return percentile(sortedSample(drawn), share);
    });
    // Five standard errors of a difference of means; the deviation itself within 5 %.
    expect(Math.abs(short.mean - plain.mean)).toBeLessThan((5 * plain.deviation) / 100);
    expect(short.deviation / plain.deviation).toBeGreaterThan(0.95);
    expect(short.deviation / plain.deviation).toBeLessThan(1.05);
  });
});

describe('createRandom', () => {
  test('fills [0, 1) evenly, for any seed', () => {
    for (const seed of [0, 1, 2, 2 ** 40 + 1]) {
      const random = createRandom(seed);
      const bins = new Array<number>(10).fill(0);
      for (let i = 0; i < 100_000; i++) {
        const place = Math.floor(random() * 10);
        bins[place] = (bins[place] as number) + 1;
      }
      const chiSquared = bins.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
      // R: qchisq(0.99999, 9)
      expect(chiSquared).toBeLessThan(39.34);
    }
  });
});

function momentsOf(times: number, draw: () => number): { mean: number; deviation: number } {
  const values = Array.from({ length: times }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / times;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / times;
  return { mean, deviation: Math.sqrt(variance) };
}
