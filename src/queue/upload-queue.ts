import type { Upload } from '../pipeline/index.ts';

/** Queues uploads for conversion, as the store's events do. */
export interface UploadQueue {
  /** Sends all uploads, durably. If it throws, some may already be in the queue. */
  send(uploads: Upload[]): Promise<void>;
  /**
   * The same, without contents that are in the queue already. Absent if the queue cannot look them up.
   */
  sendMissing?(uploads: Upload[]): Promise<void>;
  /** Throws if the queue cannot be used, with the reason and the cure. */
  check(): Promise<void>;
  readCounts(): Promise<QueueCounts>;
  /** Moves all dead letters back into the queue. Returns their number if the queue knows it. */
  redrive(): Promise<number | undefined>;
  close(): Promise<void>;
}

/** What is in a queue. A number is null if the queue does not provide it. */
export interface QueueCounts {
  /** Messages that wait for a worker, those that wait for a retry included. */
  waiting: number;
  /** Messages that a worker holds. */
  inFlight: number;
  /** Messages that failed too often. */
  dead: number | null;
  /** Age of the oldest waiting message, in seconds; 0 without one. */
  oldestSeconds: number | null;
}

/** One message that a worker holds until it is settled or its lease ends. */
export interface QueueMessage<Receipt = unknown> {
  /** An event, as {@link parseMessage} reads it. */
  body: unknown;
  /** How often the message was taken before. */
  earlierTries: number;
  /** Identifies this delivery to the queue. */
  receipt: Receipt;
}

/** A queue from which workers take messages. All functions throw if the queue is unavailable. */
export interface WorkQueue<Receipt = unknown> extends UploadQueue {
  /** Takes up to `max` messages. Waits for the first one some time, or until `signal` is aborted. */
  receive(max: number, signal: AbortSignal): Promise<QueueMessage<Receipt>[]>;
  /** Removes messages that are done. */
  complete(messages: QueueMessage<Receipt>[]): Promise<void>;
  /** Redelivers messages after a pause, or moves them to the dead letters after the last try. */
  retry(messages: QueueMessage<Receipt>[], reason: string): Promise<void>;
  /** Redelivers messages immediately. */
  release(messages: QueueMessage<Receipt>[]): Promise<void>;
  /** Renews the lease of messages that are still being processed. */
  extend(messages: QueueMessage<Receipt>[]): Promise<void>;
  /** The lease must be renewed at least this often. */
  readonly extendIntervalMs: number;
}

/** A message is tried this often before it becomes a dead letter. */
export const maxTries = 5;

/** Pause before a retry, in seconds: 20 to 40, doubled with each try, at most 15 minutes. */
export function retryDelaySeconds(earlierTries: number, random = Math.random()): number {
  return Math.round(
    Math.min(maxRetryDelaySeconds, minRetryDelaySeconds * 2 ** earlierTries * (1 + random)),
  );
}

export const minRetryDelaySeconds = 20;
export const maxRetryDelaySeconds = 900;
