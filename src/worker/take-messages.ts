import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../process/log.ts';
import { RefusedRecordError } from '../queue/settle-records.ts';
import type { QueueMessage, WorkQueue } from '../queue/upload-queue.ts';

export interface TakeOptions {
  queue: WorkQueue;
  /** Processes messages; returns for each why it must be redelivered, or undefined. */
  process(bodies: unknown[]): Promise<(Error | undefined)[]>;
  /** Max messages that are processed together, and recorded with one statement. */
  batchSize: number;
  /** Max batches at a time, so that one slow image does not keep the others waiting. */
  maxBatches: number;
  /** After it is aborted, no more messages are taken. */
  signal: AbortSignal;
  /** Messages that are not done so long after the signal return to the queue. */
  drainMs: number;
  log: Log;
}

/** Longest pause after failures, in milliseconds. */
const maxPauseMs = 30_000;

/**
 * Takes messages from the queue and settles each until the signal is aborted; then finishes what is
 * in progress. Never throws: while the queue or a service is unavailable, it pauses.
 */
export async function takeMessages(options: TakeOptions): Promise<void> {
  const { queue, batchSize, maxBatches, signal, drainMs, log } = options;
  const batches = new Map<Promise<void>, QueueMessage[]>();
  const queuePause = createPause(signal);
  const servicePause = createPause(signal);
  let isQueueAvailable = true;
  let wake = () => {};
  signal.addEventListener('abort', () => wake(), { once: true });

  while (!signal.aborted) {
    if (batches.size >= maxBatches) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      continue;
    }
    // A service that is down would use up the tries of every message.
    await servicePause.wait();
    if (signal.aborted) break;
    try {
      const messages = await queue.receive(batchSize, signal);
      if (!isQueueAvailable) log('info', 'queue available');
      isQueueAvailable = true;
      queuePause.reset();
      if (messages.length === 0) continue;
      const batch: Promise<void> = settle(messages, options, servicePause).finally(() => {
        batches.delete(batch);
        wake();
      });
      batches.set(batch, messages);
    } catch (error) {
      if (isQueueAvailable) log('error', 'queue unavailable', { reason: reasonOf(error) });
      isQueueAvailable = false;
      queuePause.extend();
      await queuePause.wait();
    }
  }

  const drained = Promise.all(batches.keys());
  await Promise.race([drained, sleep(drainMs, undefined, { ref: false })]);
  const rest = [...batches.values()].flat();
  if (rest.length === 0) return;
  log('warn', 'messages returned to the queue', { count: rest.length });
  await tryTo(() => queue.release(rest), options, 'release');
}

/** Processes one batch and settles each of its messages. Never throws. */
async function settle(
  messages: QueueMessage[],
  options: TakeOptions,
  servicePause: Pause,
): Promise<void> {
  const { queue, process, log } = options;
  const extend = setInterval(
    () => void tryTo(() => queue.extend(messages), options, 'extend'),
    queue.extendIntervalMs,
  );
  try {
    const causes = await process(messages.map(({ body }) => body));
    const done = messages.filter((_, index) => causes[index] === undefined);
    const failed = messages.filter((_, index) => causes[index] !== undefined);
    if (done.length > 0) servicePause.reset();
    // Invalid messages say nothing about the services.
    else if (!causes.every(isRefusal)) servicePause.extend();
    if (done.length > 0) await tryTo(() => queue.complete(done), options, 'complete');
    if (failed.length > 0) {
      const reason = causes.find((cause) => cause !== undefined)?.message ?? '';
      await tryTo(() => queue.retry(failed, reason), options, 'retry');
    }
  } catch (error) {
    // Their leases end, and they are redelivered.
    log('error', 'batch failed', { reason: reasonOf(error), count: messages.length });
    servicePause.extend();
  } finally {
    clearInterval(extend);
  }
}

/**
 * Tries an action on messages several times. If it fails, their leases end, they are redelivered,
 * and their images are found converted.
 */
async function tryTo(
  action: () => Promise<void>,
  { log, signal }: TakeOptions,
  name: string,
): Promise<void> {
  for (const pauseMs of signal.aborted ? [500, undefined] : [500, 2_000, 5_000, undefined]) {
    try {
      await action();
      return;
    } catch (error) {
      if (pauseMs === undefined) log('error', `could not ${name}`, { reason: reasonOf(error) });
      else await sleep(pauseMs);
    }
  }
}

function isRefusal(cause: Error | undefined): boolean {
  return cause instanceof RefusedRecordError;
}

interface Pause {
  /** Waits for the rest of the pause, or until the signal is aborted. */
  wait(): Promise<void>;
  /** Begins a pause, twice as long as the last one, with jitter. */
  extend(): void;
  reset(): void;
}

function createPause(signal: AbortSignal): Pause {
  let lengthMs = 0;
  let untilMs = 0;
  return {
    async wait() {
      const restMs = untilMs - performance.now();
      if (restMs > 0) await sleep(restMs, undefined, { signal }).catch(() => {});
    },
    extend() {
      lengthMs = Math.min(maxPauseMs, Math.max(500, 2 * lengthMs));
      untilMs = performance.now() + lengthMs * (0.5 + Math.random() / 2);
    },
    reset() {
      lengthMs = 0;
      untilMs = 0;
    },
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
