import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerReader, LedgerRow, RowChange } from '../ledger/ledger-reader.ts';

/** What a subscriber gets: rows in the order in which they were written. */
export interface LiveBatch {
  rows: LedgerRow[];
  /** Written between the last batch and this one, and left out: nobody reads so fast. */
  skipped: number;
}

/** The rows of the ledger as they are written, by whichever process. */
export interface LiveFeed {
  /** Rows may have been written; without it they are found within `pollMs`. */
  wake(): void;
  subscribe(listener: (batch: LiveBatch) => void): () => void;
  /**
   * Resolves when every row that is written from now on reaches the subscribers. Without that, what
   * is written between a subscription and the feed's first query would count as old.
   */
  ready(): Promise<void>;
  readonly subscribers: number;
  close(): Promise<void>;
}

interface LiveFeedOptions {
  reader: Pick<LedgerReader, 'newest' | 'changesSince' | 'findAll'>;
  onError: (error: Error) => void;
  pollMs?: number;
}

/** A row bears the time at which its statement began, and may be seen this much later. */
const overlapMs = 5_000;
/** Between two looks at the ledger, however often it is woken. */
const restMs = 100;
const maxChanges = 2_000;
const maxRows = 100;

/**
 * Reads on from where it was whenever it is woken. A notification only wakes: what is told comes
 * from the ledger alone, so that a lost one costs a moment and never a row. Nothing is read while
 * nobody listens.
 */
export function createLiveFeed({ reader, onError, pollMs = 2_000 }: LiveFeedOptions): LiveFeed {
  const listeners = new Set<(batch: LiveBatch) => void>();
  const closing = new AbortController();
  let alarm = Promise.withResolvers<void>();
  let following: Promise<void> | undefined;
  let begun = Promise.withResolvers<void>();

  async function follow() {
    begun = Promise.withResolvers();
    const trail = createTrail(reader);
    while (listeners.size > 0 && !closing.signal.aborted) {
      const woken = alarm.promise;
      try {
        const batch = await trail.next();
        begun.resolve();
        if (batch.rows.length > 0) for (const listener of listeners) listener(batch);
      } catch (error) {
        onError(error as Error);
      }
      await sleep(restMs);
      await Promise.race([woken, sleep(pollMs, undefined, { ref: false })]);
    }
    following = undefined;
  }

  function wake() {
    alarm.resolve();
    alarm = Promise.withResolvers();
  }

  return {
    wake,
    get subscribers() {
      return listeners.size;
    },
    subscribe(listener) {
      listeners.add(listener);
      following ??= follow();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) wake();
      };
    },
    ready: () => begun.promise,
    async close() {
      closing.abort();
      wake();
      await following;
    },
  };
}

/** Where in the ledger one is, and what was seen near there. */
function createTrail(reader: LiveFeedOptions['reader']) {
  let from: string | undefined;
  let seen = new Set<string>();
  const nameOf = ({ id, recordedAt }: RowChange) => `${id} ${recordedAt}`;

  async function begin(): Promise<string> {
    const newest = await reader.newest();
    // An empty ledger: everything that comes is new.
    const since = newest ? before(newest.recordedAt) : '1970-01-01T00:00:00.000Z';
    seen = new Set((await reader.changesSince(since, maxChanges)).map(nameOf));
    return since;
  }

  return {
    async next(): Promise<LiveBatch> {
      if (from === undefined) {
        from = await begin();
        return { rows: [], skipped: 0 };
      }
      const changes = await reader.changesSince(from, maxChanges);
      const fresh = changes.filter((change) => !seen.has(nameOf(change)));
      const told = fresh.slice(-maxRows);
      const rows = told.length > 0 ? await reader.findAll(told.map(({ id }) => id)) : [];
      const last = changes.at(-1);
      if (last) {
        // Full to the brim: what lies within the overlap would be all there is.
        from = changes.length < maxChanges ? before(last.recordedAt) : last.recordedAt;
        seen = new Set(changes.map(nameOf));
      }
      return { rows, skipped: fresh.length - told.length };
    },
  };
}

function before(recordedAt: string): string {
  return new Date(Date.parse(recordedAt) - overlapMs).toISOString();
}
