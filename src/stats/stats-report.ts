import { type Grouping, groupTimes } from './group-rows.ts';
import { type LambdaCost, type LambdaPrices, lambdaCost } from './lambda-cost.ts';
import type { CodeCount, LedgerSample, SampledRow, TimeWindow } from './ledger-sampler.ts';
import { conversions, conversionTimes, durationMs, sum } from './row-times.ts';
import { summarizeTimes, type TimeRange, type TimeSummary } from './summarize-times.ts';

/** How much of the ledger a report is based on. */
export interface ReportBasis {
  since: string;
  until: string;
  /** Rows that were read, and rows in total: an estimate if it is a sample. */
  rows: number;
  images: number;
  isWhole: boolean;
}

export interface StatsReport extends ReportBasis {
  converted: number;
  failed: number;
  skipped: number;
  throughput: { imagesPerHour: number; megapixelsPerHour: number; busiestMinute: number };
  /** Duration of conversions without the wait in the queue; null if nothing was timed. */
  durationMs: TimeSummary | null;
  by: Grouping;
  groups: { name: string; timesMs: TimeSummary | null }[];
  failures: CodeCount[];
  bytes: { source: number; output: number };
  cost: LambdaCost;
}

interface StatsOptions {
  window: TimeWindow;
  by: Grouping;
  prices: LambdaPrices;
}

/** Summarizes a time window in numbers. */
export function reportStats(
  sample: LedgerSample,
  { window, by, prices }: StatsOptions,
): StatsReport {
  const { rows, images, failures } = sample;
  const scale = scaleOf(sample);
  const converted = conversions(rows);
  const groups = groupTimes(rows, by);
  const durations = conversionTimes(rows);
  const range = rangeOf([durations, ...groups.map(({ times }) => times)]);
  const count = (status: CodeCount['status']) =>
    sum(failures.map((code) => (code.status === status ? code.images : 0)));
  const [failed, skipped] = [count('failed'), count('skipped')];
  return {
    ...basisOf(sample, window),
    converted: images - failed - skipped,
    failed,
    skipped,
    throughput: throughputOf(rows, { window, scale }),
    durationMs: summarizeTimes(durations, range),
    by,
    groups: groups.map(({ name, times }) => ({ name, timesMs: summarizeTimes(times, range) })),
    failures,
    bytes: {
      source: Math.round(sum(converted.map(({ sourceSizeBytes }) => sourceSizeBytes)) * scale),
      output: Math.round(sum(converted.map(({ outputSizeBytes }) => outputSizeBytes)) * scale),
    },
    cost: costOf(rows, { scale, prices }),
  };
}

export function basisOf(sample: LedgerSample, { sinceMs, untilMs }: TimeWindow): ReportBasis {
  return {
    since: new Date(sinceMs).toISOString(),
    until: new Date(untilMs).toISOString(),
    rows: sample.rows.length,
    images: sample.images,
    isWhole: sample.isWhole,
  };
}

/** How many images each row of the sample represents. */
export function scaleOf({ rows, images }: LedgerSample): number {
  return rows.length === 0 ? 0 : images / rows.length;
}

function throughputOf(
  rows: SampledRow[],
  { window, scale }: { window: TimeWindow; scale: number },
): StatsReport['throughput'] {
  const converted = conversions(rows);
  const hours = (window.untilMs - window.sinceMs) / 3_600_000;
  const minutes = Map.groupBy(converted, ({ recordedAtMs }) => Math.floor(recordedAtMs / 60_000));
  const busiest = [...minutes.values()].reduce((max, { length }) => Math.max(max, length), 0);
  const megapixels = sum(converted.map((row) => row.megapixels));
  return {
    imagesPerHour: (converted.length * scale) / hours,
    megapixelsPerHour: (megapixels * scale) / hours,
    busiestMinute: Math.round(busiest * scale),
  };
}

/** Failures cost money too. Only timed images count: rows of the original system have no times. */
function costOf(
  rows: SampledRow[],
  { scale, prices }: { scale: number; prices: LambdaPrices },
): LambdaCost {
  const times = rows.map(durationMs);
  const images = times.filter((ms) => ms !== null).length * scale;
  return lambdaCost({ images, processingMs: sum(times) * scale }, prices);
}

/** One range for all histograms: from the shortest time to the longest. */
function rangeOf(samples: number[][]): TimeRange {
  const ends = samples.flatMap((times) =>
    times.length === 0 ? [] : [times.reduce(smaller), times.reduce(larger)],
  );
  if (ends.length === 0) return { fromMs: 0, toMs: 0 };
  return { fromMs: ends.reduce(smaller), toMs: ends.reduce(larger) };
}

function smaller(a: number, b: number): number {
  return Math.min(a, b);
}

function larger(a: number, b: number): number {
  return Math.max(a, b);
}
