import { z } from '@hono/zod-openapi';
import {
  type CompareReport,
  type DistributionReport,
  groupings,
  type StatsReport,
  type TimelineReport,
} from '../../stats/index.ts';

// Schemas of the reports of `grayscale stats`; docs/statistics.md explains each number.

const time = z.iso.datetime();
const count = z.int().min(0);
const interval = z.object({ low: z.number(), high: z.number() });

/** How much of the ledger a report covers. */
const basis = {
  since: time,
  until: time,
  rows: count.openapi({ description: 'Number of rows read.' }),
  images: count.openapi({
    description: 'Number of rows in the period; estimated if the report is based on a sample.',
  }),
  isWhole: z.boolean(),
};

const BinSchema = z
  .object({ from: z.number(), to: z.number(), count })
  .openapi('Bin', { description: 'Number of durations from `from` up to `to`, in milliseconds.' });

const EstimateSchema = z
  .object({ ms: z.number(), interval: interval.nullable() })
  .openapi('Estimate', {
    description: 'An estimate with its 95 % interval; null if there are too few rows.',
  });

const TimesSchema = z
  .object({
    count,
    p50: EstimateSchema,
    p90: EstimateSchema,
    p95: EstimateSchema,
    p99: EstimateSchema,
    histogram: z.array(BinSchema),
  })
  .openapi('Times');

export const StatsSchema = z
  .object({
    ...basis,
    converted: count,
    failed: count,
    skipped: count,
    throughput: z.object({
      imagesPerHour: z.number(),
      megapixelsPerHour: z.number(),
      busiestMinute: z.number(),
    }),
    durationMs: TimesSchema.nullable(),
    by: z.enum(groupings),
    groups: z.array(z.object({ name: z.string(), timesMs: TimesSchema.nullable() })),
    failures: z.array(
      z.object({ status: z.enum(['failed', 'skipped']), code: z.string(), images: count }),
    ),
    bytes: z.object({ source: z.number(), output: z.number() }),
    cost: z.object({
      memoryMb: z.number(),
      usdPerGbSecond: z.number(),
      usdPerMillionRequests: z.number(),
      asOf: z.string(),
      gbSeconds: z.number(),
      usd: z.number(),
    }),
  })
  .openapi('Stats') satisfies z.ZodType<StatsReport>;

const sides = { candidate: z.number(), baseline: z.number() };
const compared = { n: z.object(sides), confidence: z.number() };

const ComparisonSchema = z
  .discriminatedUnion('verdict', [
    z.object({
      ...compared,
      verdict: z.enum(['faster', 'slower', 'undecided']),
      median: z.object(sides),
      change: z.number(),
      changeInterval: interval,
    }),
    z.object({
      ...compared,
      verdict: z.literal('unknown'),
      reason: z.enum(['too few rows', 'the baseline’s median is 0']),
      minRows: z.int(),
    }),
  ])
  .openapi('Comparison');

const ComparedTimesSchema = z
  .object({ name: z.string(), comparison: ComparisonSchema, sentence: z.string() })
  .openapi('ComparedTimes');

export const CompareSchema = z
  .object({
    candidate: z.string(),
    baseline: z.string(),
    image: ComparedTimesSchema,
    megapixel: ComparedTimesSchema,
    stages: z.array(ComparedTimesSchema),
    sizes: z
      .object({
        medianMegapixels: z.object(sides),
        cliffsDelta: z.number(),
        isSimilar: z.boolean(),
      })
      .nullable(),
    judgedBy: z.enum(['image', 'megapixel']),
    tolerance: z.number(),
    isRegression: z.boolean(),
  })
  .openapi('Compare') satisfies z.ZodType<CompareReport>;

export const TimelineSchema = z
  .object({
    ...basis,
    buckets: z.array(
      z.object({
        from: time,
        to: time,
        converted: count,
        failed: count,
        skipped: count,
        durationMs: z.object({ p50: z.number(), p95: z.number(), p99: z.number() }).nullable(),
        sourceBytes: z.number(),
        outputBytes: z.number(),
      }),
    ),
  })
  .openapi('Timeline') satisfies z.ZodType<TimelineReport>;

export const DistributionSchema = z
  .object({
    ...basis,
    histogram: z.array(BinSchema),
    ecdf: z.array(z.object({ value: z.number(), share: z.number() })),
    points: z.array(
      z.object({
        megapixels: z.number(),
        durationMs: z.number(),
        inputFormat: z.string().nullable(),
      }),
    ),
  })
  .openapi('Distribution') satisfies z.ZodType<DistributionReport>;
