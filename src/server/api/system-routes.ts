import { createRoute, z } from '@hono/zod-openapi';
import { LiveQuerySchema } from './queries.ts';
import { json, problemResponses } from './responses.ts';
import { AboutSchema, HealthSchema, QueueSchema, ReadinessSchema } from './system-schemas.ts';

const tags = ['System'];
const text = (contentType: string, description: string) => ({
  description,
  content: { [contentType]: { schema: z.string() } },
});

export const about = createRoute({
  operationId: 'about',
  method: 'get',
  path: '/v1',
  tags,
  summary: 'Settings, limits and formats of the server',
  responses: { 200: json(AboutSchema, 'The settings.'), ...problemResponses() },
});

export const queue = createRoute({
  operationId: 'queue',
  method: 'get',
  path: '/v1/queue',
  tags,
  summary: 'How many uploads wait for a worker, and how long',
  responses: { 200: json(QueueSchema, 'The counts.'), ...problemResponses() },
});

export const live = createRoute({
  operationId: 'live',
  method: 'get',
  path: '/v1/live',
  tags: ['Images'],
  summary: 'Stream outcomes live',
  description:
    'Sends server-sent events: `hello` immediately, then an `outcome` with an Image as its data for each row that is written. A client that reconnects with `Last-Event-ID` receives the outcomes that it missed.',
  request: {
    query: LiveQuerySchema,
    headers: z.object({
      'last-event-id': z
        .string()
        .max(512)
        .optional()
        .openapi({ description: 'Id of the last event that the client received.' }),
    }),
  },
  responses: { 200: text('text/event-stream', 'An endless stream.'), ...problemResponses() },
});

export const health = createRoute({
  operationId: 'health',
  method: 'get',
  path: '/healthz',
  tags,
  security: [],
  summary: 'Liveness check',
  responses: { 200: json(HealthSchema, 'The process is alive.') },
});

export const readiness = createRoute({
  operationId: 'readiness',
  method: 'get',
  path: '/readyz',
  tags,
  security: [],
  summary: 'Readiness check of database, migrations, store and queue',
  responses: {
    200: json(ReadinessSchema, 'The server is ready.'),
    503: json(ReadinessSchema, 'A check fails, or the server is stopping.'),
  },
});

export const metrics = createRoute({
  operationId: 'metrics',
  method: 'get',
  path: '/metrics',
  tags,
  summary: 'Prometheus metrics',
  responses: {
    200: text('text/plain', 'Metrics in the Prometheus text format.'),
    ...problemResponses(),
  },
});
