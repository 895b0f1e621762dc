import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { processesOf } from '../../testing/processes.ts';
import type { Violation } from './check-promise.ts';
import type { World } from './world.ts';

/** PostgreSQL notices a closed connection a moment later. */
const closeTimeoutMs = 3_000;

/** Connections, processes and files that workers and server left behind after they ended. */
export async function findLeftovers(world: World): Promise<Violation[]> {
  const deadline = performance.now() + closeTimeoutMs;
  let left = await listLeftovers(world);
  while (left.length > 0 && performance.now() < deadline) {
    await sleep(100);
    left = await listLeftovers(world);
  }
  return left;
}

async function listLeftovers({ database, temporaryFolder }: World): Promise<Violation[]> {
  const { rows } = await database.query(
    `SELECT pid, state, query FROM pg_stat_activity
     WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
  );
  const processes = [
    'function-process',
    'work-process',
    'converter-process',
    'grayscale.js',
  ].flatMap((word) => processesOf(word, process.pid).map((pid) => `${word} ${pid}`));
  // Node keeps its compile cache there on purpose: bin/grayscale.js enables it.
  const files = (await readdir(temporaryFolder)).filter((name) => name !== 'node-compile-cache');
  return [
    ...rows.map(({ pid, query }) => ({
      key: `connection ${pid}`,
      reason: `is still open: ${query}`,
    })),
    ...processes.map((key) => ({ key: `process ${key}`, reason: 'still runs' })),
    ...files.map((name) => ({ key: `temporary file ${name}`, reason: 'was left' })),
  ];
}
