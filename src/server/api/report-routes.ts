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
  'All rows of the time, or as many of them, drawn at random, as tell enough; `isWhole` says which.';

export const stats = report('/v1/stats', StatsQuerySchema, StatsSchema, {
  summary: 'How long images took, what failed and what it cost',
});

export const compare = report('/v1/stats/compare', CompareQuerySchema, CompareSchema, {
  summary: 'Whether one release, or one time, was faster than another',
  description: 'Medians with bootstrap intervals, in numbers and in a sentence, stage by stage.',
});

export const timeline = report('/v1/stats/timeline', TimelineQuerySchema, TimelineSchema, {
  summary: 'Outcomes, percentiles and bytes over time',
});

export const distribution = report(
  '/v1/stats/distribution',
  DistributionQuerySchema,
  DistributionSchema,
  { summary: 'How times are distributed, and how they grow with the size' },
);

function report<Path extends string, Query extends z.ZodObject, Report extends z.ZodType>(
  path: Path,
  query: Query,
  schema: Report,
  { summary, description = sampleDescription }: { summary: string; description?: string },
) {
  return createRoute({
    method: 'get',
    path,
    tags: ['Statistics'],
    summary,
    description,
    request: { query },
    responses: { 200: json(schema, 'The report.'), ...problemResponses(408) },
  });
}
