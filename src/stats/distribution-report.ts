import type { LedgerSample, TimeWindow } from './ledger-sampler.ts';
import { conversions, conversionTimes, durationMs } from './row-times.ts';
import { type Bin, type EcdfPoint, ecdf, logHistogram, sortedSample } from './samples/index.ts';
import { basisOf, type ReportBasis } from './stats-report.ts';

interface SizePoint {
  megapixels: number;
  durationMs: number;
  inputFormat: string | null;
}

/** The distribution of durations, in milliseconds, and their growth with image size. */
export interface DistributionReport extends ReportBasis {
  histogram: Bin[];
  ecdf: EcdfPoint[];
  points: SizePoint[];
}

interface DistributionOptions {
  window: TimeWindow;
  bins?: number;
  ecdfPoints?: number;
  maxPoints?: number;
}

/** Returns empty lists if no conversion was timed. */
export function reportDistribution(
  sample: LedgerSample,
  { window, bins = 40, ecdfPoints = 200, maxPoints = 1_000 }: DistributionOptions,
): DistributionReport {
  const times = conversionTimes(sample.rows);
  const sorted = times.length === 0 ? undefined : sortedSample(times);
  return {
    ...basisOf(sample, window),
    histogram: sorted ? logHistogram(sorted, { bins }) : [],
    ecdf: sorted ? ecdf(sorted, ecdfPoints) : [],
    points: everyNth(pointsOf(sample), maxPoints),
  };
}

function pointsOf({ rows }: LedgerSample): SizePoint[] {
  return conversions(rows).flatMap((row) => {
    const ms = durationMs(row);
    const { megapixels, inputFormat } = row;
    return ms === null || megapixels === null ? [] : [{ megapixels, durationMs: ms, inputFormat }];
  });
}

/** Picks equally spaced values. */
function everyNth<Value>(values: Value[], max: number): Value[] {
  const step = Math.max(values.length / max, 1);
  return Array.from(
    { length: Math.min(values.length, max) },
    (_, i) => values[Math.floor(i * step)] as Value,
  );
}
