import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { FaultEffects, FaultParams } from '../fault.ts';
import type { World } from '../world.ts';

/** Long enough for workers and server to send their next statement. */
const lockMs = 200;

/**
 * Repeatedly locks the table so that every statement waits, and terminates the backends of these
 * statements: each client receives the reason in the middle of a statement.
 */
export async function terminateBackends(
  { postgres }: Pick<World, 'postgres'>,
  { lastsMs }: Pick<FaultParams, 'lastsMs'>,
): Promise<FaultEffects> {
  const terminated = await repeat(lastsMs, () => withLockedTable(postgres.url, terminate));
  return { counts: { 'backends terminated in mid-statement': terminated } };
}

/** The same, but the connections are reset and no client receives a reason. */
export async function cutStatements(
  { postgres, databaseProxy }: Pick<World, 'postgres' | 'databaseProxy'>,
  { lastsMs }: Pick<FaultParams, 'lastsMs'>,
): Promise<FaultEffects> {
  const cut = await repeat(lastsMs, () =>
    withLockedTable(postgres.url, async (pids) => void (pids.length > 0 && databaseProxy.cut())),
  );
  return { counts: { 'statements whose connection was cut': cut } };
}

/** One backend crashes, so PostgreSQL ends all others and restarts by itself. */
export async function killBackend({ postgres }: Pick<World, 'postgres'>): Promise<FaultEffects> {
  const lost = await withLockedTable(postgres.url, async ([pid]) => {
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  });
  return { counts: { 'statements lost as a backend was killed': lost } };
}

async function terminate(pids: number[], client: Client): Promise<void> {
  await client.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [pids]);
}

async function repeat(lastsMs: number, work: () => Promise<number>): Promise<number> {
  const deadline = performance.now() + lastsMs;
  let sum = 0;
  do {
    sum += await work();
    await sleep(lockMs);
  } while (performance.now() < deadline);
  return sum;
}

/**
 * Locks the table and calls a function with the backends whose statements wait for it; returns how many
 * there were, or 0 if PostgreSQL is down. Uses a separate connection, as the world’s would be lost too.
 */
async function withLockedTable(
  url: string,
  work: (pids: number[], client: Client) => Promise<unknown>,
): Promise<number> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query("BEGIN; SET LOCAL lock_timeout = '1s'; LOCK TABLE image_metadata");
    await sleep(lockMs);
    const { rows } = await client.query<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND wait_event_type = 'Lock'",
    );
    await work(
      rows.map(({ pid }) => pid),
      client,
    );
    return rows.length;
  } catch {
    return 0;
  } finally {
    // Ends the transaction as well.
    await client.end().catch(() => {});
  }
}
