import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ServerParts } from '../app/open-server.ts';
import type { LiveFeed } from './live-feed.ts';
import type { Log } from './logging/log.ts';
import type { Metrics } from './logging/metrics.ts';
import type { Reporter } from './reports/reporter.ts';
import type { Gate } from './transfer/gate.ts';

/** What the handlers of the API work with. */
export interface Service {
  parts: ServerParts;
  feed: LiveFeed;
  metrics: Metrics;
  reporter: Reporter;
  /** Requests that take memory or a processor. */
  gate: Gate;
  /** Aborted when the server stops. */
  stopping: AbortSignal;
  log: Log;
}

export type Api = OpenAPIHono;
