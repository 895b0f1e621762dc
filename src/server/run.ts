import { once } from 'node:events';
import { findServerProblems } from '../app/find-problems.ts';
import { queueKind } from '../app/open-queue.ts';
import { openServer, type ServerParts } from '../app/open-server.ts';
import { type Config, ConfigError, collectProblems } from '../config/index.ts';
import { recipeHash } from '../convert/index.ts';
import { createLog, type Log } from '../process/log.ts';
import { logOutcome } from '../process/log-outcome.ts';
import { handleUncaughtErrors } from '../process/uncaught-errors.ts';
import {
  createPipelineDestination,
  createQueueDestination,
  pollBucket,
  type S3Location,
} from '../reconcile/index.ts';
import { checkListenAddress } from './guard.ts';
import { type RunningServer, startServer } from './server.ts';

export interface RunOptions {
  /** The bucket that is searched for uploads without an event. */
  poll: S3Location | undefined;
  print: (line: string) => void;
}

/** Everything in the configuration that keeps the server from starting. */
export function findProblems(config: Config): string[] {
  const { host, apiToken } = config.server;
  return [
    ...findServerProblems(config),
    ...collectProblems(() => checkListenAddress(host, apiToken)),
  ];
}

/**
 * Runs the server until a signal stops it, then finishes the requests in progress. A signal before
 * it listens ends the process immediately, because nothing is in progress.
 */
export async function runServer(config: Config, { poll, print }: RunOptions): Promise<void> {
  if (poll && queueKind(config) === 'sqs') throw pollingNeedsLookupError();
  const log = createLog(config, print);
  const { server, parts } = await start(config, log);
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  // After the handlers: a reader of this line may send a signal.
  const { url } = server;
  log('info', 'listening', { url, docs: `${url}/docs`, bucket: parts.bucket });
  const removeHandler = handleUncaughtErrors({
    report: ({ message, stack }) => log('error', 'internal error', { reason: message, stack }),
    drain: () => server.close(),
  });
  const { signal } = stop;
  const polling = poll && startPolling(poll, { parts, server, log, signal });
  if (!signal.aborted) await once(signal, 'abort');
  log('info', 'stopping');
  await polling;
  await server.close();
  removeHandler();
  process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
}

/** Every round would send all objects that wait for a worker once more. */
function pollingNeedsLookupError(): ConfigError {
  return new ConfigError([
    'QUEUE_URL: expected it to be unset with --poll, as SQS cannot tell what waits in it. Use QUEUE=postgres, or let the bucket send its events to the queue',
  ]);
}

interface Polling {
  parts: ServerParts;
  server: Pick<RunningServer, 'countOutcome' | 'addPolls'>;
  log: Log;
  signal: AbortSignal;
}

/** Converts missed uploads, or sends them to the queue, until the signal is aborted. */
export function startPolling(
  location: S3Location,
  { parts, server, log, signal }: Polling,
): Promise<void> {
  const { files, reader, parseOptions, pipeline, queue, config } = parts;
  return pollBucket(location, {
    ...{ files, reader, parseOptions, log, signal },
    runExclusively: parts.runExclusively,
    onPolled: server.addPolls(),
    recipeHash: recipeHash(pipeline.recipe),
    intervalMs: config.server.pollIntervalSeconds * 1e3,
    destination: queue
      ? createQueueDestination({ send: queue.sendMissing ?? queue.send })
      : createPipelineDestination(pipeline, {
          onOutcome: (outcome) => {
            logOutcome(log, outcome);
            server.countOutcome(outcome);
          },
          // Each unsettled upload is logged, and the next round retries it.
          maxUnsettledInRow: Number.POSITIVE_INFINITY,
        }),
  });
}

async function start(config: Config, log: Log) {
  const parts = await openServer(config);
  const { host, port } = config.server;
  try {
    const server = await startServer(parts, { host, port, log, usesNotifications: true });
    parts.warmUp();
    return { server, parts };
  } catch (error) {
    await parts.close();
    throw error;
  }
}
