import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ServerParts } from '../compose-server.ts';
import type { Gate } from './gate.ts';
import type { LiveFeed } from './live-feed.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Reporter } from './reporter.ts';

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
