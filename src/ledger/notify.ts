import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Postgres } from './connect.ts';

const retryPauseMs = 1_000;

export interface Notifications {
  close(): Promise<void>;
}

/**
 * Calls `wake` whenever any process writes rows. It uses a dedicated connection and reopens it when
 * it breaks. A pooler in transaction mode does not pass notifications on.
 */
export function listenToLedger(
  postgres: Pick<Postgres, 'session' | 'close'>,
  wake: () => void,
): Notifications {
  const closing = new AbortController();
  const listening = listenUntilAborted(closing.signal, postgres, wake);
  return {
    async close() {
      closing.abort();
      await listening;
      await postgres.close();
    },
  };
}

async function listenUntilAborted(
  signal: AbortSignal,
  postgres: Pick<Postgres, 'session'>,
  wake: () => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await postgres.session(async (client) => {
        client.on('notification', wake);
        const ended = once(client, 'end', { signal });
        // Awaited only after the next statement, which may fail for the same reason.
        ended.catch(() => {});
        await client.query('LISTEN image_metadata');
        // Rows may have been written before the connection listened.
        wake();
        await ended;
        throw new Error('The connection ended.');
      });
    } catch {
      await sleep(retryPauseMs, undefined, { signal }).catch(() => {});
    }
  }
}
