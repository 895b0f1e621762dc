import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerReader, LedgerRow, RowChange } from '../ledger/ledger-reader.ts';

/** Rows that a subscriber receives, in the order in which they were written. */
export interface LiveBatch {
  rows: LedgerRow[];
  /**
   * Rows written since the previous batch but omitted, because they arrive faster than anyone can
   * read.
   */
  skipped: number;
}

/** Publishes the ledger's rows as any process writes them. */
export interface LiveFeed {
  /** Signals that rows may have been written; without it they are found within `pollMs`. */
  wake(): void;
  subscribe(listener: (batch: LiveBatch) => void): () => void;
  /**
   * Resolves when every row written from now on reaches the subscribers. A row written between a
   * subscription and the feed's first query would otherwise be treated as old.
   */
  ready(): Promise<void>;
  readonly subscribers: number;
  close(): Promise<void>;
}

interface LiveFeedOptions {
  reader: Pick<LedgerReader, 'newestChange' | 'changesSince' | 'findAll'>;
  onError: (error: Error) => void;
  pollMs?: number;
}

/** A row's time is when its statement began; the row may become visible this much later. */
const overlapMs = 5_000;
/** Min time between two queries of the ledger, however often `wake` is called. */
const minQueryIntervalMs = 100;
const maxChanges = 2_000;
const maxRows = 100;

/**
 * Creates a feed that continues from its last position whenever it wakes. A notification only wakes
 * it; rows are read from the ledger alone, so a lost notification delays a row but never loses it.
 * Nothing is read while there are no subscribers.
 */
export function createLiveFeed({ reader, onError, pollMs = 2_000 }: LiveFeedOptions): LiveFeed {
  const listeners = new Set<(batch: LiveBatch) => void>();
  const closing = new AbortController();
  let wakeUp = Promise.withResolvers<void>();
  let running: Promise<void> | undefined;
  let started = Promise.withResolvers<void>();

  async function follow() {
    started = Promise.withResolvers();
    const follower = createLedgerFollower(reader);
    while (listeners.size > 0 && !closing.signal.aborted) {
      const woken = wakeUp.promise;
      try {
        const batch = await follower.next();
        started.resolve();
        if (batch.rows.length > 0) for (const listener of listeners) listener(batch);
      } catch (error) {
        onError(error as Error);
      }
      await sleep(minQueryIntervalMs);
      await Promise.race([woken, sleep(pollMs, undefined, { ref: false })]);
    }
    running = undefined;
  }

  function wake() {
    wakeUp.resolve();
    wakeUp = Promise.withResolvers();
  }

  return {
    wake,
    get subscribers() {
      return listeners.size;
    },
    subscribe(listener) {
      listeners.add(listener);
      running ??= follow();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) wake();
      };
    },
    ready: () => started.promise,
    async close() {
      closing.abort();
      wake();
      await running;
    },
  };
}

/** The position in the ledger, and the rows already seen near it. */
function createLedgerFollower(reader: LiveFeedOptions['reader']) {
  let from: string | undefined;
  let seen = new Set<string>();

  async function findStart(): Promise<string> {
    const newest = await reader.newestChange();
    // The ledger is empty, so every row will be new.
    const since = newest ? before(newest.recordedAt) : '1970-01-01T00:00:00.000Z';
    seen = new Set((await reader.changesSince(since, maxChanges)).map(rowVersion));
    return since;
  }

  return {
    async next(): Promise<LiveBatch> {
      if (from === undefined) {
        from = await findStart();
        return { rows: [], skipped: 0 };
      }
      const changes = await reader.changesSince(from, maxChanges);
      const fresh = changes.filter((change) => !seen.has(rowVersion(change)));
      const sent = fresh.slice(-maxRows);
      const rows = sent.length > 0 ? await reader.findAll(sent.map(({ id }) => id)) : [];
      const last = changes.at(-1);
      if (last) {
        // With a full page, going back by the overlap could return the same rows forever.
        from = changes.length < maxChanges ? before(last.recordedAt) : last.recordedAt;
        seen = new Set(changes.map(rowVersion));
      }
      return { rows, skipped: fresh.length - sent.length };
    },
  };
}

/** Identifies one state of a row: a row that is written again differs from itself. */
export function rowVersion({ id, recordedAt }: RowChange): string {
  return `${id} ${recordedAt}`;
}

function before(recordedAt: string): string {
  return new Date(Date.parse(recordedAt) - overlapMs).toISOString();
}
