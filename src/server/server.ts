import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { ServerParts } from '../app/open-server.ts';
import type { Config } from '../config/index.ts';
import { listen } from '../process/listen.ts';
import type { Log } from '../process/log.ts';
import { type CountedOutcome, createMetrics } from '../process/metrics.ts';
import { createApp } from './app.ts';
import { createDrain } from './drain.ts';
import { checkListenAddress } from './guard.ts';
import { createLiveFeed } from './live-feed.ts';
import { createBoundedLog } from './logging/bounded-log.ts';
import { createReporter } from './reports/reporter.ts';
import type { Api } from './service.ts';
import { defaultMinSpeed, type MinSpeed } from './transfer/body-chunks.ts';
import { watchConnections } from './watch-connections.ts';

interface ServerOptions {
  host: string;
  /** 0 picks a free port. */
  port: number;
  log: Log;
  /**
   * Whether PostgreSQL notifies of rows that other processes write; otherwise the table is polled.
   */
  usesNotifications: boolean;
  clientLimits?: ClientLimits;
}

/** The time that clients have for their requests. */
export interface ClientLimits {
  headersTimeoutMs: number;
  minSpeed: MinSpeed;
}

export const defaultClientLimits: ClientLimits = {
  headersTimeoutMs: 10_000,
  minSpeed: defaultMinSpeed,
};

export interface RunningServer {
  url: string;
  /** Counts an outcome that was recorded outside the API's routes. */
  countOutcome(outcome: CountedOutcome): void;
  /** Registers the metric of polls; the returned function sets it after a successful one. */
  addPolls(): () => void;
  /** Rejects new requests, finishes those in progress, then closes all parts. */
  close(): Promise<void>;
}

/** Requests still in progress after this are aborted. */
const drainMs = 25_000;

/**
 * Starts the API on a port and takes ownership of the parts. Throws `ConfigError` for an address
 * that would be reachable without a token. On failure it closes what it opened, and the caller
 * keeps the parts.
 */
export async function startServer(
  parts: ServerParts,
  { host, port, log, usesNotifications, clientLimits = defaultClientLimits }: ServerOptions,
): Promise<RunningServer> {
  checkListenAddress(host, parts.config.server.apiToken);
  const metrics = createMetrics();
  const stopping = new AbortController();
  const onError = (error: Error) => log('error', 'live feed', { reason: error.message });
  const feed = createLiveFeed({ reader: parts.reader, onError });
  const notifications = usesNotifications ? await parts.listen(feed.wake) : undefined;
  metrics.addGauge(
    'grayscale_live_subscribers',
    'Number of open event streams.',
    () => feed.subscribers,
  );

  const reporter = createReporter(parts.config);
  const { minSpeed, headersTimeoutMs } = clientLimits;
  const { signal } = stopping;
  const app = createApp({ parts, feed, metrics, reporter, stopping: signal, log, minSpeed });
  const server = createHttpServer(app, { ...parts.config.server, headersTimeoutMs });
  const drain = createDrain(server);
  const logBounded = createBoundedLog(log);
  watchConnections(server, { onEnd: (fields) => logBounded('warn', 'connection ended', fields) });
  const closeOpenedParts = async () => {
    await feed.close();
    await reporter.close();
    await notifications?.close();
  };
  try {
    await listen(server, { host, port, portVariable: 'PORT' });
  } catch (error) {
    await closeOpenedParts();
    throw error;
  }
  server.on('error', (error) => log('error', 'server', { reason: error.message }));

  return {
    url: urlOf(server, host),
    countOutcome(outcome) {
      metrics.countOutcome(outcome);
      feed.wake();
    },
    addPolls: () => metrics.addPolls(),
    async close() {
      stopping.abort();
      await drain.close(drainMs);
      await closeOpenedParts();
      await parts.close();
    },
  };
}

function createHttpServer(
  { fetch }: Api,
  { requestTimeoutSeconds, headersTimeoutMs }: Config['server'] & { headersTimeoutMs: number },
): Server {
  // The server's own limit responds first, before this one ends the connection; headers arrive
  // immediately.
  const requestTimeoutMs = requestTimeoutSeconds * 1e3 + 10_000;
  return createServer(
    {
      requestTimeout: requestTimeoutMs,
      headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
      maxHeaderSize: 16_384,
      // Node checks both limits only at this interval, which is 30 seconds by default.
      connectionsCheckingInterval: 1_000,
      // Longer than the 60 seconds of common load balancers: if the server closed idle connections
      // first, a request might already be on its way.
      keepAliveTimeout: 65_000,
    },
    getRequestListener(fetch),
  );
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
