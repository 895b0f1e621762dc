import type { LedgerSample, SampledRow, TimeWindow } from './ledger-sampler.ts';
import { conversions, conversionTimes, sum } from './row-times.ts';
import { percentile, sortedSample } from './samples/index.ts';
import { basisOf, type ReportBasis, scaleOf } from './stats-report.ts';

interface TimeBucket {
  from: string;
  to: string;
  converted: number;
  failed: number;
  skipped: number;
  /** Of conversions; null if nothing was timed. */
  durationMs: { p50: number; p95: number; p99: number } | null;
  sourceBytes: number;
  outputBytes: number;
}

export interface TimelineReport extends ReportBasis {
  buckets: TimeBucket[];
}

/**
 * Divides a time window into equal parts, oldest first. In a sample, counts and bytes are
 * estimates.
 */
export function reportTimeline(
  sample: LedgerSample,
  { window, buckets }: { window: TimeWindow; buckets: number },
): TimelineReport {
  const lengthMs = (window.untilMs - window.sinceMs) / buckets;
  const bucketOf = ({ recordedAtMs }: SampledRow) =>
    Math.min(Math.max(Math.floor((recordedAtMs - window.sinceMs) / lengthMs), 0), buckets - 1);
  const rowsByBucket = Map.groupBy(sample.rows, bucketOf);
  const scale = scaleOf(sample);
  return {
    ...basisOf(sample, window),
    buckets: Array.from({ length: buckets }, (_, i) => ({
      from: new Date(window.sinceMs + i * lengthMs).toISOString(),
      to: new Date(window.sinceMs + (i + 1) * lengthMs).toISOString(),
      ...contentOf(rowsByBucket.get(i) ?? [], scale),
    })),
  };
}

function contentOf(rows: SampledRow[], scale: number): Omit<TimeBucket, 'from' | 'to'> {
  const count = (wanted: SampledRow['status']) =>
    Math.round(rows.filter(({ status }) => status === wanted).length * scale);
  const converted = conversions(rows);
  return {
    converted: count('converted'),
    failed: count('failed'),
    skipped: count('skipped'),
    durationMs: percentilesOf(conversionTimes(rows)),
    sourceBytes: Math.round(sum(converted.map((row) => row.sourceSizeBytes)) * scale),
    outputBytes: Math.round(sum(converted.map((row) => row.outputSizeBytes)) * scale),
  };
}

function percentilesOf(times: number[]): TimeBucket['durationMs'] {
  if (times.length === 0) return null;
  const sample = sortedSample(times);
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(sample, share));
  return { p50, p95, p99 } as { p50: number; p95: number; p99: number };
}
