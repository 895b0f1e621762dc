import { createRoute } from '@hono/zod-openapi';
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
import { json, problemsOf } from './responses.ts';

const tags = ['Statistics'];
const sampled =
  'All rows of the time, or as many of them, drawn at random, as tell enough; `isWhole` says which.';

export const stats = createRoute({
  method: 'get',
  path: '/v1/stats',
  tags,
  summary: 'How long images took, what failed and what it cost',
  description: sampled,
  request: { query: StatsQuerySchema },
  responses: { 200: json(StatsSchema, 'The report.'), ...problemsOf(408) },
});

export const compare = createRoute({
  method: 'get',
  path: '/v1/stats/compare',
  tags,
  summary: 'Whether one release, or one time, was faster than another',
  description: 'Medians with bootstrap intervals, in numbers and in a sentence, stage by stage.',
  request: { query: CompareQuerySchema },
  responses: { 200: json(CompareSchema, 'The report.'), ...problemsOf(408) },
});

export const timeline = createRoute({
  method: 'get',
  path: '/v1/stats/timeline',
  tags,
  summary: 'Outcomes, percentiles and bytes over time',
  description: sampled,
  request: { query: TimelineQuerySchema },
  responses: { 200: json(TimelineSchema, 'The report.'), ...problemsOf(408) },
});

export const distribution = createRoute({
  method: 'get',
  path: '/v1/stats/distribution',
  tags,
  summary: 'How times are distributed, and how they grow with the size',
  description: sampled,
  request: { query: DistributionQuerySchema },
  responses: { 200: json(DistributionSchema, 'The report.'), ...problemsOf(408) },
});
