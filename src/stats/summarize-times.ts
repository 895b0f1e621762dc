import {
  type Bin,
  logHistogram,
  percentile,
  percentileInterval,
  sortedSample,
} from './samples/index.ts';

export interface Estimate {
  ms: number;
  /** The 95 % interval; null if fewer than five values are expected on either side. */
  interval: { low: number; high: number } | null;
}

export interface TimeSummary {
  /** Number of measured times. */
  count: number;
  p50: Estimate;
  p90: Estimate;
  p95: Estimate;
  p99: Estimate;
  /** Over the range of the whole report, so that groups can be compared by eye. */
  histogram: Bin[];
}

export interface TimeRange {
  fromMs: number;
  toMs: number;
}

const bins = 24;
/**
 * With fewer values, resampling is useless: the interval could never exceed the largest of them.
 */
const minExpected = 5;

/** Returns null if nothing was measured. */
export function summarizeTimes(times: number[], range?: TimeRange): TimeSummary | null {
  if (times.length === 0) return null;
  const sample = sortedSample(times);
  const estimate = (share: number): Estimate => {
    const isKnown = sample.length * Math.min(share, 1 - share) >= minExpected - 1e-9;
    return {
      ms: percentile(sample, share),
      interval: isKnown ? percentileInterval(sample, share) : null,
    };
  };
  return {
    count: times.length,
    p50: estimate(0.5),
    p90: estimate(0.9),
    p95: estimate(0.95),
    p99: estimate(0.99),
    histogram: logHistogram(sample, {
      bins,
      ...(range && { from: range.fromMs, to: range.toMs }),
    }),
  };
}
