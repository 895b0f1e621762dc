import { openServer } from '../src/app/open-server.ts';
import type { StoreAndQueue } from '../src/sandbox/store-and-queue.ts';
import { startPolling } from '../src/server/run.ts';
import { startServer } from '../src/server/server.ts';
import { createDatabase, type TestDatabase } from './postgres.ts';
import { startS3 } from './s3.ts';
import { testConfig } from './server.ts';

/**
 * The server with its dashboard, on a real PostgreSQL and a real S3, which it polls for uploads.
 */
export interface Dashboard {
  url: string;
  store: StoreAndQueue;
  database: TestDatabase;
  /** Ends the server as if its process exited; stored data is kept. */
  stop(): Promise<void>;
  /** Starts it again at the same address. */
  restart(env?: Record<string, string>): Promise<void>;
  close(): Promise<void>;
}

export async function startDashboard(env: Record<string, string> = {}): Promise<Dashboard> {
  const [store, database] = await Promise.all([startS3(), createDatabase()]);
  let running = await start(0, env);
  const { url } = running.server;
  const port = Number(new URL(url).port);

  async function start(port: number, env: Record<string, string>) {
    const config = testConfig({ store, database, env: { POLL_INTERVAL_SECONDS: '1', ...env } });
    const parts = await openServer(config);
    const log = () => {};
    const server = await startServer(parts, {
      host: '127.0.0.1',
      port,
      log,
      usesNotifications: true,
    });
    const leaving = new AbortController();
    const place = { bucket: 'uploads', prefix: '' };
    const { signal } = leaving;
    const polling = startPolling(place, { parts, server, log, signal });
    return { server, leaving, polling };
  }

  async function stop({ server, leaving, polling }: typeof running) {
    leaving.abort();
    await polling;
    await server.close();
  }

  return {
    url,
    store,
    database,
    stop: () => stop(running),
    async restart(changed = env) {
      running = await start(port, changed);
    },
    async close() {
      await stop(running);
      await database.drop();
      await store.close();
    },
  };
}
