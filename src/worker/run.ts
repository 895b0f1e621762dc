import { checkReadiness } from '../app/check-readiness.ts';
import { openWorker, type WorkerParts } from '../app/open-worker.ts';
import type { Config } from '../config/index.ts';
import { createLog, type Log } from '../process/log.ts';
import { createMetrics } from '../process/metrics.ts';
import { handleUncaughtErrors } from '../process/uncaught-errors.ts';
import { settleMessages } from '../queue/settle-records.ts';
import { createWorkerReporter } from './report-outcomes.ts';
import { serveHealth } from './serve-health.ts';
import { takeMessages } from './take-messages.ts';

/** Messages of one batch: SQS delivers at most ten together. */
const batchSize = 10;
const maxBatches = 2;
/** Shorter than the time that orchestrators give before they kill. */
const drainMs = 25_000;

/**
 * Runs a worker until a signal stops it; then finishes or returns what it holds. Throws
 * `ConfigError` without a queue.
 */
export async function runWorker(config: Config, print: (line: string) => void): Promise<void> {
  const log = createLog(config, print);
  const parts = await openWorker(config, {
    onQueueError: ({ message }) => log('error', 'queue', { reason: message }),
  });
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const restoreHandler = handleUncaughtErrors({
    report: ({ message, stack }) => log('error', 'internal error', { reason: message, stack }),
    // What it holds returns to the queue when its lease ends.
    drain: () => parts.close(),
  });
  try {
    await work(parts, log, stop.signal);
  } finally {
    restoreHandler();
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    await parts.close();
  }
}

async function work(parts: WorkerParts, log: Log, signal: AbortSignal): Promise<void> {
  const { config, queue, pipeline, parseOptions, readiness } = parts;
  const metrics = createMetrics();
  metrics.addQueue(() => queue.readCounts());
  const { workerPort: port } = config.queue;
  const health =
    port === undefined
      ? undefined
      : await serveHealth({
          ...{ host: config.server.host, port, metrics },
          async checkReadiness() {
            const checks = await checkReadiness(readiness, log);
            const ready = !signal.aborted && Object.values(checks).every(({ ok }) => ok);
            return { ready, checks };
          },
        });
  const reporter = createWorkerReporter(log, metrics);
  signal.addEventListener('abort', () => log('info', 'stopping'), { once: true });
  log('info', 'working', { ...(health && { url: health.url }) });
  let coldStart = true;
  try {
    await takeMessages({
      ...{ queue, batchSize, maxBatches, signal, drainMs, log },
      async process(bodies) {
        const processing = { parts: pipeline, parseOptions, reporter, coldStart };
        coldStart = false;
        return await settleMessages(bodies, processing);
      },
    });
  } finally {
    health?.close();
  }
}
