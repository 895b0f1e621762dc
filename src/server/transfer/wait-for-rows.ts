import type { LiveFeed } from '../live-feed.ts';

interface WaitOptions {
  feed: Pick<LiveFeed, 'subscribe' | 'ready'>;
  waitMs: number;
  /** Ends the waiting early: the client has disconnected, or the server stops. */
  signal: AbortSignal;
}

/**
 * Repeats a query that finds no rows whenever rows are written, until it finds some or the time is
 * up. Returns what the last query found.
 */
export async function waitForRows<Row>(
  query: () => Promise<Row[]>,
  { feed, waitMs, signal }: WaitOptions,
): Promise<Row[]> {
  const ended = AbortSignal.any([AbortSignal.timeout(waitMs), signal]);
  let written = Promise.withResolvers<void>();
  const wake = () => written.resolve();
  const unsubscribe = feed.subscribe(wake);
  ended.addEventListener('abort', wake, { once: true });
  try {
    await Promise.race([feed.ready(), written.promise]);
    for (;;) {
      // Rows that are written during the query cause another one.
      written = Promise.withResolvers();
      const rows = await query();
      if (rows.length > 0 || ended.aborted) return rows;
      await written.promise;
    }
  } finally {
    ended.removeEventListener('abort', wake);
    unsubscribe();
  }
}
