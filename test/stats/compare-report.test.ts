import { describe, expect, test } from 'vitest';
import type { SampledRow } from '../../src/stats/index.ts';
import { reportComparison } from '../../src/stats/index.ts';
import { createRandom } from '../../src/stats/samples/index.ts';

interface Release {
  seed: number;
  count?: number;
  /** Median size of the images. */
  megapixels?: number;
  decodeMs?: number;
  /** Time that every image takes, independent of its size. */
  fixedMs?: number;
}

/** Rows of a release: images of all sizes around a median, with durations that depend on the size. */
function release({
  seed,
  count = 800,
  megapixels = 2,
  decodeMs = 8,
  fixedMs = 0,
}: Release): SampledRow[] {
  const random = createRandom(seed);
  const around = () => Math.exp(random() + random() - 1);
  return Array.from({ length: count }, () => {
    const mp = megapixels * around();
    return {
      recordedAtMs: 0,
      status: 'converted',
      code: null,
      processorVersion: null,
      inputFormat: 'jpeg',
      outputFormat: 'png',
      sourceSizeBytes: 1,
      outputSizeBytes: 1,
      megapixels: mp,
      stagesMs: {
        queue: 500 * around(),
        fetch: fixedMs,
        decode: decodeMs * mp * around(),
        gray: null,
        encode: 6 * mp * around(),
        store: 1,
        verify: 1,
      },
    };
  });
}

const compare = (candidate: SampledRow[], baseline: SampledRow[], tolerance = 0.05) =>
  reportComparison(
    { candidate: { name: '0.2.0', rows: candidate }, baseline: { name: '0.1.0', rows: baseline } },
    { tolerance },
  );
const baseline = release({ seed: 1 });

describe('reportComparison', () => {
  test('says in a sentence that a release is faster, and in which stage', () => {
    const report = compare(release({ seed: 2, decodeMs: 3 }), baseline);
    expect(report.image.sentence).toMatch(/^0\.2\.0 is 3\d % faster than 0\.1\.0 \(95 % CI /);
    expect(report.isRegression).toBe(false);
    const verdicts = report.stages.map(({ name, comparison }) => [name, comparison.verdict]);
    expect(Object.fromEntries(verdicts)).toEqual({
      queue: 'undecided',
      fetch: 'unknown',
      decode: 'faster',
      gray: 'unknown',
      encode: 'undecided',
      store: 'undecided',
      verify: 'undecided',
    });
  });

  test('calls a slower release a regression when the whole interval exceeds the tolerance', () => {
    const slower = release({ seed: 2, decodeMs: 11 });
    const report = compare(slower, baseline);
    expect(report).toMatchObject({ isRegression: true, judgedBy: 'image' });
    const { comparison } = report.image;
    if (comparison.verdict !== 'slower') expect.fail();
    const { low, high } = comparison.changeInterval;
    expect(compare(slower, baseline, low - 0.001).isRegression).toBe(true);
    expect(compare(slower, baseline, (low + high) / 2).isRegression).toBe(false);
  });

  test('ignores the wait in the queue in its verdict', () => {
    const waiting = release({ seed: 2 }).map((row) => ({
      ...row,
      stagesMs: { ...row.stagesMs, queue: 60_000 },
    }));
    const report = compare(waiting, baseline);
    expect(report.stages[0]?.comparison.verdict).toBe('slower');
    expect(report.isRegression).toBe(false);
  });

  test('does not blame a release for larger images', () => {
    const report = compare(release({ seed: 2, megapixels: 6 }), baseline);
    expect(report.image.comparison.verdict).toBe('slower');
    expect(report).toMatchObject({ judgedBy: 'megapixel', isRegression: false });
    expect(report.sizes?.isSimilar).toBe(false);
    expect(report.sizes?.medianMegapixels.candidate).toBeGreaterThan(5);
  });

  test('is not misled by smaller images', () => {
    const report = compare(release({ seed: 2, megapixels: 0.5, decodeMs: 16 }), baseline);
    expect(report.image.comparison.verdict).toBe('faster');
    expect(report).toMatchObject({ judgedBy: 'megapixel', isRegression: true });
  });

  test('finds no regression in too few rows, and says so', () => {
    const report = compare(release({ seed: 2, count: 5, decodeMs: 80 }), baseline);
    expect(report.isRegression).toBe(false);
    expect(report.image.sentence).toBe(
      '0.2.0: too few rows to compare (n = 5 and 800; at least 10 of each are needed)',
    );
  });

  test('ignores rows of the original', () => {
    const original = baseline.map((row) => ({
      ...row,
      megapixels: null,
      stagesMs: {
        queue: null,
        fetch: null,
        decode: null,
        gray: null,
        encode: null,
        store: null,
        verify: null,
      },
    }));
    expect(compare(baseline, original)).toMatchObject({
      sizes: null,
      isRegression: false,
      image: { comparison: { verdict: 'unknown', n: { candidate: 800, baseline: 0 } } },
    });
  });

  test('finds false differences in stages no more often than in a single one', () => {
    const found = Array.from({ length: 60 }, (_, i) =>
      compare(release({ seed: 100 + i, count: 60 }), release({ seed: 300 + i, count: 60 })),
    ).filter(({ stages }) =>
      stages.some(({ comparison: { verdict } }) => /er$/.test(verdict)),
    ).length;
    // 5 % of 60 is 3; with three independent stages and no adjustment it would be 9.
    expect(found).toBeLessThanOrEqual(7);
  });
});
