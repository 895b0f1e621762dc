import { createRoute, type z } from '@hono/zod-openapi';
import {
  CompareQuerySchema,
  DistributionQuerySchema,
  StatsQuerySchema,
  TimelineQuerySchema,
} from './queries.ts';
import {
  CompareSchema,
  DistributionSchema,
  StatsSchema,
  TimelineSchema,
} from './report-schemas.ts';
import { json, problemResponses } from './responses.ts';

const sampleDescription =
  'Based on all rows of the period, or on a random sample of them; `isWhole` says which.';

export const stats = report('/v1/stats', StatsQuerySchema, StatsSchema, {
  summary: 'Latency, failures and cost',
});

export const compare = report('/v1/stats/compare', CompareQuerySchema, CompareSchema, {
  summary: 'Compare two releases or periods',
  description:
    'Compares medians with bootstrap intervals, overall and per stage, in numbers and in a sentence.',
});

export const timeline = report('/v1/stats/timeline', TimelineQuerySchema, TimelineSchema, {
  summary: 'Outcomes, percentiles and bytes over time',
});

export const distribution = report(
  '/v1/stats/distribution',
  DistributionQuerySchema,
  DistributionSchema,
  { summary: 'Distribution of durations, and durations by image size' },
);

function report<Path extends string, Query extends z.ZodObject, Report extends z.ZodType>(
  path: Path,
  query: Query,
  schema: Report,
  { summary, description = sampleDescription }: { summary: string; description?: string },
) {
  return createRoute({
    // stats, statsCompare, ...
    operationId: path.slice('/v1/'.length).replace(/\W(\w)/g, (_, letter) => letter.toUpperCase()),
    method: 'get',
    path,
    tags: ['Statistics'],
    summary,
    description,
    request: { query },
    responses: { 200: json(schema, 'The report.'), ...problemResponses(408) },
  });
}
