import { setTimeout as sleep } from 'node:timers/promises';
import { residentBytes } from '../../testing/peak-memory.ts';
import { countMessages } from './queue.ts';
import type { World } from './world.ts';

/** The system at one moment under load. */
export interface LoadSample {
  /** Time since sampling began. */
  second: number;
  /** Age of the message that waits longest; 0 if none waits. */
  oldestSeconds: number;
  waiting: number;
  outcomesPerSecond: number;
  /** Memory of the largest worker. */
  workerMb: number;
  connections: number;
  /** Delay of the server's event loop at the 99th percentile, since the previous sample. */
  serverDelayMs: number;
}

/** Tracks announced uploads without an outcome. */
export interface Backlog {
  announced(key: string): void;
  done(key: string): void;
  readonly outcomes: number;
  oldestSeconds(): number;
}

export function createBacklog(): Backlog {
  const waitingSince = new Map<string, number>();
  let outcomes = 0;
  return {
    announced: (key) => waitingSince.set(key, performance.now()),
    done(key) {
      if (waitingSince.delete(key)) outcomes++;
    },
    get outcomes() {
      return outcomes;
    },
    oldestSeconds() {
      const [oldest] = waitingSince.values();
      return oldest === undefined ? 0 : (performance.now() - oldest) / 1e3;
    },
  };
}

/** Samples once a second until it is stopped. */
export function sampleLoad(world: World, backlog: Backlog): { stop(): Promise<LoadSample[]> } {
  const stopping = new AbortController();
  const samples: LoadSample[] = [];
  const startedAt = performance.now();

  const sampling = (async () => {
    let before = { outcomes: backlog.outcomes, second: 0 };
    while (!stopping.signal.aborted) {
      await sleep(1_000);
      const second = (performance.now() - startedAt) / 1e3;
      const { outcomes } = backlog;
      samples.push({
        second,
        oldestSeconds: backlog.oldestSeconds(),
        waiting: await countMessages(world.store, world.store.queueUrl),
        outcomesPerSecond: (outcomes - before.outcomes) / (second - before.second),
        workerMb:
          Math.max(...world.workers.map(({ pid }) => residentBytes(pid ?? 0) ?? 0)) / 2 ** 20,
        connections: await countConnections(world),
        serverDelayMs: await serverDelayMs(world),
      });
      before = { outcomes, second };
    }
  })();

  return {
    async stop() {
      stopping.abort();
      await sampling;
      return samples;
    },
  };
}

async function countConnections({ database }: World): Promise<number> {
  const { rows } = await database.query(
    `SELECT count(*)::int AS n FROM pg_stat_activity
     WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
  );
  return rows[0].n;
}

async function serverDelayMs({ server }: World): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const [, seconds] = /^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(text) ?? [];
  return Number(seconds ?? Number.NaN) * 1e3;
}
