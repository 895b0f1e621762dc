import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resampledPercentile } from '../../src/latency/bootstrap.ts';
import {
  compareSamples,
  createRandom,
  describeComparison,
  type KnownComparison,
  median,
  percentile,
  percentileInterval,
  type SortedSample,
  sortedSample,
} from '../../src/latency/index.ts';

// R's `rivers`: lengths of 141 rivers, in miles.
const rivers = sortedSample([
  735, 320, 325, 392, 524, 450, 1459, 135, 465, 600, 330, 336, 280, 315, 870, 906, 202, 329, 290,
  1000, 600, 505, 1450, 840, 1243, 890, 350, 407, 286, 280, 525, 720, 390, 250, 327, 230, 265, 850,
  210, 630, 260, 230, 360, 730, 600, 306, 390, 420, 291, 710, 340, 217, 281, 352, 259, 250, 470,
  680, 570, 350, 300, 560, 900, 625, 332, 2348, 1171, 3710, 2315, 2533, 780, 280, 410, 460, 260,
  255, 431, 350, 760, 618, 338, 981, 1306, 500, 696, 605, 250, 411, 1054, 735, 233, 435, 490, 310,
  460, 383, 375, 1270, 545, 445, 1885, 380, 300, 380, 377, 425, 276, 210, 800, 420, 350, 360, 538,
  1100, 1205, 314, 237, 610, 360, 540, 1038, 424, 310, 300, 444, 301, 268, 620, 215, 652, 900, 525,
  246, 360, 529, 500, 720, 270, 430, 671, 1770,
]);

/** Times as they are: many short, some long. */
function times(count: number, { seed, scale = 100 }: { seed: number; scale?: number }): number[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => scale * Math.exp(random() + random() + random()));
}

describe('percentileInterval', () => {
  // R 4.2.2: replicate(100000, quantile(sample(rivers, 141, TRUE), c(.5, .9, .99))), set.seed(1)
  test.each([
    [0.5, { low: 380, high: 500 }, 427.65, 26.23],
    [0.9, { low: 870, high: 1306 }, 1071.86, 131.29],
    [0.99, { low: 1645.6, high: 3710 }, 2569.31, 531.59],
  ])('of %d is what drawing in R gives', (share, expected, mean, deviation) => {
    const interval = percentileInterval(rivers, share, { resamples: 50_000 });
    // Bounds are values of the sample and midpoints of them: one step more or less is chance.
    expect(interval.low / expected.low).toBeCloseTo(1, 1);
    expect(interval.high / expected.high).toBeCloseTo(1, 1);

    const random = createRandom(7);
    const drawn = Array.from({ length: 50_000 }, () => resampledPercentile(rivers, share, random));
    const drawnMean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
    const variance = drawn.reduce((sum, value) => sum + (value - drawnMean) ** 2, 0) / drawn.length;
    // Five standard errors of a mean of 50,000, and two percent of a deviation.
    expect(Math.abs(drawnMean - mean)).toBeLessThan(deviation * 0.03);
    expect(Math.sqrt(variance) / deviation).toBeCloseTo(1, 1);
  });

  test.each([1, 2, 3, 10, 11])('draws from %d values as by drawing each of them', (n) => {
    const sample = sortedSample(times(n, { seed: n }));
    const random = createRandom(n);
    const draw = () => sample[Math.floor(random() * n)] ?? Number.NaN;
    const slow = Array.from({ length: 20_000 }, () =>
      percentile(sortedSample(Array.from({ length: n }, draw)), 0.7),
    );
    const fast = Array.from({ length: 20_000 }, () => resampledPercentile(sample, 0.7, random));
    // Kolmogorov and Smirnov: 1.95 is passed by chance once in a thousand.
    expect(largestGap(sortedSample(slow), sortedSample(fast))).toBeLessThan(
      1.95 * Math.sqrt(2 / 20_000),
    );
  });

  test('is the same for the same seed', () => {
    const sample = sortedSample(times(500, { seed: 1 }));
    const [one, again, other] = [1, 1, 2].map((seed) => percentileInterval(sample, 0.9, { seed }));
    expect(one).toEqual(again);
    expect(one).not.toEqual(other);
  });

  test('lies within the sample and around the percentile’s neighbours', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 50 }),
        (values) => {
          const sample = sortedSample(values);
          const { low, high } = percentileInterval(sample, 0.5, { resamples: 200 });
          expect(low).toBeGreaterThanOrEqual(Math.min(...values));
          expect(high).toBeLessThanOrEqual(Math.max(...values));
          expect(low).toBeLessThanOrEqual(high);
        },
      ),
    );
  });

  test('holds the true median in about 95 of 100 samples', () => {
    const truth = median(sortedSample(times(200_001, { seed: 99 })));
    const hits = Array.from({ length: 400 }, (_, i) => {
      const sample = sortedSample(times(60, { seed: 1_000 + i }));
      const { low, high } = percentileInterval(sample, 0.5, { resamples: 400, seed: i });
      return low <= truth && truth <= high;
    }).filter(Boolean).length;
    expect(hits / 400).toBeGreaterThan(0.91);
    expect(hits / 400).toBeLessThan(0.985);
  });
});

describe('compareSamples', () => {
  const baseline = times(1_180, { seed: 1 });

  test('finds a candidate that takes 59 % of the time to be 41 % faster', () => {
    const candidate = times(1_204, { seed: 2, scale: 59 });
    const comparison = compareSamples({ candidate, baseline });
    expect(comparison).toMatchObject({
      verdict: 'faster',
      n: { candidate: 1_204, baseline: 1_180 },
    });
    expect(describeComparison(comparison)).toMatch(
      /^candidate is (39|4[0-3]) % faster \(95 % CI \d\d to \d\d; n = 1,204 and 1,180; p < 0\.001\)$/,
    );
  });

  test('finds the same the other way round to be slower', () => {
    const comparison = compareSamples({
      candidate: baseline,
      baseline: times(1_204, { seed: 2, scale: 50 }),
    });
    expect(comparison.verdict).toBe('slower');
    expect(describeComparison(comparison, { candidate: '0.2.0', baseline: '0.1.0' })).toMatch(
      /^0\.2\.0 is (9\d|10\d|11\d) % slower than 0\.1\.0 \(95 % CI \d+ to \d+; n = 1,180 and 1,204; p < 0\.001\)$/,
    );
  });

  test('shows nothing between samples of one distribution, and says so', () => {
    const comparison = compareSamples({
      candidate: times(300, { seed: 3 }),
      baseline: times(300, { seed: 4 }),
    });
    expect(comparison.verdict).toBe('undecided');
    expect(describeComparison(comparison)).toMatch(
      /^candidate is not shown to be faster or slower: its median is [\d.]+ % (shorter|longer) \(95 % CI [\d.]+ % shorter to [\d.]+ % longer; n = 300 and 300; p = 0\.\d+\)$/,
    );
  });

  test('is wrong about equal distributions no more often than it says', () => {
    const wrong = Array.from({ length: 400 }, (_, i) =>
      compareSamples(
        { candidate: times(30, { seed: 5_000 + i }), baseline: times(30, { seed: 9_000 + i }) },
        { resamples: 400 },
      ),
    ).filter(({ verdict }) => verdict !== 'undecided').length;
    expect(wrong / 400).toBeLessThan(0.08);
  });

  test.each([
    [
      'nine rows',
      times(9, { seed: 1 }),
      'candidate: too few to compare (n = 9 and 1,180; at least 10 of each are needed)',
    ],
    [
      'no rows',
      [],
      'candidate: too few to compare (n = 0 and 1,180; at least 10 of each are needed)',
    ],
  ])('does not judge %s', (_, candidate, sentence) => {
    expect(describeComparison(compareSamples({ candidate, baseline }))).toBe(sentence);
  });

  test('says of a baseline that takes no time that nothing can be relative to it', () => {
    const comparison = compareSamples({ candidate: baseline, baseline: new Array(20).fill(0) });
    expect(describeComparison(comparison)).toBe(
      'candidate: cannot be compared (n = 1,180 and 20), as the baseline’s median is 0',
    );
  });

  test('calls nothing faster whose ranks say otherwise', () => {
    // The medians differ by 1 %, but most of the candidate's values are far above.
    const candidate = [...new Array<number>(51).fill(0.99), ...new Array<number>(49).fill(9)];
    const comparison = compareSamples({ candidate, baseline: new Array<number>(100).fill(1) });
    expect(comparison.verdict).toBe('undecided');
  });

  test('does not depend on the unit of time', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: -10, max: 10 }),
        (seed, power) => {
          const unit = 2 ** power;
          const candidate = times(40, { seed });
          const base = times(40, { seed: seed + 1 });
          const scaled = compareSamples(
            { candidate: candidate.map((ms) => ms * unit), baseline: base.map((ms) => ms * unit) },
            { resamples: 100 },
          );
          const { median: _, ...expected } = compareSamples(
            { candidate, baseline: base },
            { resamples: 100 },
          ) as KnownComparison;
          expect(scaled).toMatchObject(expected);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('takes a million values each in bounded time', () => {
    const candidate = Float64Array.from({ length: 1e6 }, (_, i) => 1 + ((i * 7919) % 1_000_003));
    const slower = candidate.map((ms) => ms * 1.01);
    const startedAt = process.cpuUsage();
    const comparison = compareSamples({ candidate, baseline: slower });
    const { user } = process.cpuUsage(startedAt);
    expect(comparison.verdict).toBe('faster');
    expect(user / 1e6).toBeLessThan(5);
  });
});

function largestGap(one: SortedSample, other: SortedSample): number {
  const shareUpTo = (sample: SortedSample, value: number) => {
    let [low, high] = [0, sample.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sample[middle] as number) <= value) low = middle + 1;
      else high = middle;
    }
    return low / sample.length;
  };
  return Math.max(...one.map((value) => Math.abs(shareUpTo(one, value) - shareUpTo(other, value))));
}
