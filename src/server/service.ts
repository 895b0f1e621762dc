import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ServerParts } from '../app/open-server.ts';
import type { Log } from '../process/log.ts';
import type { Metrics } from '../process/metrics.ts';
import type { LiveFeed } from './live-feed.ts';
import type { Reporter } from './reports/reporter.ts';
import type { MinSpeed } from './transfer/body-chunks.ts';
import type { Limiter } from './transfer/limiter.ts';

/** The dependencies of the API's handlers. */
export interface Service {
  parts: ServerParts;
  feed: LiveFeed;
  metrics: Metrics;
  reporter: Reporter;
  /** Limits requests that use much memory or CPU time. */
  limiter: Limiter;
  /** Of clients that send a body. */
  minSpeed: MinSpeed;
  /** Aborted when the server stops. */
  stopping: AbortSignal;
  log: Log;
}

export type Api = OpenAPIHono;
