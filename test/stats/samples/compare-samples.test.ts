import { describe, expect, test } from 'vitest';
import {
  compareSamples,
  createRandom,
  describeComparison,
  type KnownComparison,
} from '../../../src/stats/samples/index.ts';
import { remainders } from './r-data.ts';

const candidate = remainders(300, 104_729, 1_009).map((value) => value * 0.7 + 0.25);
const baseline = remainders(200, 7_919, 1_009);

describe('compareSamples', () => {
  test('matches R’s change of medians and its interval', () => {
    const comparison = known(compareSamples({ candidate, baseline }, { resamples: 50_000 }));
    // R 4.2.2: median(candidate) / median(baseline) - 1, and the
    // 2.5 % and 97.5 % of 200,000 of them, each drawn with sample(x, replace = TRUE).
    expect(comparison.change).toBeCloseTo(-0.2947162427, 9);
    expect(comparison.changeInterval.low).toBeCloseTo(-0.4047, 2);
    expect(comparison.changeInterval.high).toBeCloseTo(-0.156, 2);
    expect(comparison.verdict).toBe('faster');
  });

  test('reports slower when the samples are swapped', () => {
    const comparison = compareSamples({ candidate: baseline, baseline: candidate });
    expect(comparison.verdict).toBe('slower');
  });

  test('reports a difference between samples of one distribution no more often than it claims', () => {
    const random = createRandom(11);
    const draw = () => Array.from({ length: 60 }, () => -Math.log(1 - random()));
    const verdicts = Array.from(
      { length: 300 },
      () => compareSamples({ candidate: draw(), baseline: draw() }, { resamples: 300 }).verdict,
    );
    const wrong = verdicts.filter((verdict) => verdict !== 'undecided').length;
    // 5 %, and four standard deviations.
    expect(wrong / 300).toBeLessThan(0.1);
  });

  test('gives no verdict for a handful of rows, or none', () => {
    for (const few of [[], [1], remainders(9, 7, 11)]) {
      const comparison = compareSamples({ candidate: few, baseline });
      expect(comparison).toMatchObject({ verdict: 'unknown', reason: 'too few rows' });
    }
  });

  test('does not divide by a median of 0', () => {
    const comparison = compareSamples({ candidate, baseline: baseline.map(() => 0) });
    expect(comparison).toMatchObject({ verdict: 'unknown', reason: 'the baseline’s median is 0' });
  });

  test('compares a million values with a million in seconds', () => {
    const million = Float64Array.from(remainders(1_000_000, 7_919, 1_000_003));
    const startedAt = process.cpuUsage();
    const faster = million.map((value) => value * 0.9);
    const comparison = known(compareSamples({ candidate: faster, baseline: million }));
    expect(comparison.change).toBeCloseTo(-0.1, 3);
    expect(process.cpuUsage(startedAt).user / 1e6).toBeLessThan(10);
  });
});

describe('describeComparison', () => {
  const numbers: KnownComparison = {
    verdict: 'faster',
    n: { candidate: 1_204, baseline: 1_180 },
    confidence: 0.95,
    median: { candidate: 59, baseline: 100 },
    change: -0.41,
    changeInterval: { low: -0.43, high: -0.38 },
  };
  const slower = { change: 0.052, changeInterval: { low: 0.021, high: 0.11 } };
  const undecided = { change: -0.004, changeInterval: { low: -0.021, high: 0.0131 } };
  const few = { ...numbers, n: { candidate: 3, baseline: 1_180 }, minRows: 10 };

  test.each([
    ['faster', numbers, 'candidate is 41 % faster (95 % CI 38 to 43; n = 1,204 and 1,180)'],
    [
      'slower',
      { ...numbers, ...slower, verdict: 'slower' as const },
      'candidate is 5.2 % slower (95 % CI 2.1 to 11; n = 1,204 and 1,180)',
    ],
    [
      'not shown to be either',
      { ...numbers, ...undecided, verdict: 'undecided' as const },
      'candidate is not shown to be faster or slower: its median is 0.4 % shorter (95 % CI 2.1 % shorter to 1.3 % longer; n = 1,204 and 1,180)',
    ],
    [
      'too few',
      { ...few, verdict: 'unknown' as const, reason: 'too few rows' as const },
      'candidate: too few rows to compare (n = 3 and 1,180; at least 10 of each are needed)',
    ],
    [
      'of times that are 0',
      { ...few, verdict: 'unknown' as const, reason: 'the baseline’s median is 0' as const },
      'candidate: cannot be compared (n = 3 and 1,180), because the baseline’s median is 0',
    ],
  ])('describes in one sentence a result that is %s', (_, comparison, sentence) => {
    expect(describeComparison(comparison)).toBe(sentence);
  });

  test('names both', () => {
    expect(describeComparison(numbers, { candidate: '1.3.0', baseline: '1.2.0' })).toMatch(
      /^1\.3\.0 is 41 % faster than 1\.2\.0 \(/,
    );
  });
});

function known(comparison: ReturnType<typeof compareSamples>): KnownComparison {
  if (comparison.verdict === 'unknown') throw new Error(comparison.reason);
  return comparison;
}
