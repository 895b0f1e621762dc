import { createRoute, z } from '@hono/zod-openapi';
import { LiveQuerySchema } from './queries.ts';
import { json, problemResponses } from './responses.ts';
import { AboutSchema, HealthSchema, ReadinessSchema } from './system-schemas.ts';

const tags = ['System'];
const text = (contentType: string, description: string) => ({
  description,
  content: { [contentType]: { schema: z.string() } },
});

export const about = createRoute({
  method: 'get',
  path: '/v1',
  tags,
  summary: 'What this server does and takes',
  responses: { 200: json(AboutSchema, 'Its settings.'), ...problemResponses() },
});

export const live = createRoute({
  method: 'get',
  path: '/v1/live',
  tags: ['Images'],
  summary: 'Outcomes as they happen',
  description:
    'Server-sent events: `hello` at once, then an `outcome` for each row that is written, with an Image as its data. Whoever comes back with `Last-Event-ID` gets what was missed.',
  request: {
    query: LiveQuerySchema,
    headers: z.object({ 'last-event-id': z.string().max(512).optional() }),
  },
  responses: { 200: text('text/event-stream', 'A stream without end.'), ...problemResponses() },
});

export const health = createRoute({
  method: 'get',
  path: '/healthz',
  tags,
  security: [],
  summary: 'Whether the process is alive',
  responses: { 200: json(HealthSchema, 'It is.') },
});

export const readiness = createRoute({
  method: 'get',
  path: '/readyz',
  tags,
  security: [],
  summary: 'Whether database, schema and store are there',
  responses: {
    200: json(ReadinessSchema, 'They are.'),
    503: json(ReadinessSchema, 'Not all of them, or the server is stopping.'),
  },
});

export const metrics = createRoute({
  method: 'get',
  path: '/metrics',
  tags,
  summary: 'Counters and histograms for Prometheus',
  responses: { 200: text('text/plain', 'In its text format.'), ...problemResponses() },
});
