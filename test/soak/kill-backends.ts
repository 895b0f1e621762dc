import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { connectPostgres, type Postgres } from '../../src/ledger/connect.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { startStoreAndQueue } from '../../src/sandbox/store-and-queue.ts';
import { tinyPng } from '../../testing/pipeline.ts';
import { startPostgres } from '../../testing/postgres-server.ts';
import { type Draw, drawFor } from './draw.ts';
import { startVictim, type Victim, type VictimKind, victimName } from './victims.ts';

export interface KillOptions {
  victim: VictimKind;
  kills: number;
  seed: number;
}

export interface KillReport {
  victim: VictimKind;
  /** Backends that were killed, and those of them that ran a statement. */
  kills: Record<'terminated' | 'sigkill', number>;
  midStatement: number;
  /** Requests, and those of them that failed and may be retried. */
  requests: number;
  failed: number;
  seconds: number;
  problems: string[];
}

const bucket = 'uploads';
const keys = Array.from({ length: 12 }, (_, i) => `${i}.png`);
const clients = 4;

/** Terminates PostgreSQL backends at random moments while a process that uses them is under load. */
export async function killBackends({ victim: kind, kills, seed }: KillOptions) {
  const startedAt = performance.now();
  const [server, store] = await Promise.all([
    startPostgres(),
    startStoreAndQueue({ port: 0, bucket, visibilityTimeoutSeconds: 30 }),
  ]);
  const database = connectPostgres({ url: server.url, ssl: 'disable', maxConnections: 1 });
  try {
    await migrate(database);
    await slowDown(database);
    for (const [red, Key] of keys.entries()) {
      const Body = await tinyPng(red);
      await store.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
    }
    const options = { databaseUrl: server.url, endpoint: store.endpoint, bucket };
    const victim = await startVictim(kind, options);
    try {
      const draw = drawFor(seed, 0);
      const report = await killUnderLoad(victim, { database, kills, draw });
      report.problems.push(...(await verifyRecovery(victim, database)));
      return { victim: kind, seconds: (performance.now() - startedAt) / 1e3, ...report };
    } finally {
      await victim.stop();
    }
  } finally {
    await database.close();
    await Promise.all([server.stop(), store.close()]);
  }
}

/** Statements last as long as on a busy server, so that many are killed in the middle. */
async function slowDown(database: Postgres): Promise<void> {
  await database.query(`
    CREATE FUNCTION slow_down() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(0.02); RETURN NULL; END $$`);
  await database.query(`
    CREATE TRIGGER slow_down AFTER INSERT ON image_metadata
    FOR EACH STATEMENT EXECUTE FUNCTION slow_down()`);
}

type Work = Omit<KillReport, 'victim' | 'seconds'>;

async function killUnderLoad(
  victim: Victim,
  { database, kills, draw }: { database: Postgres; kills: number; draw: Draw },
): Promise<Work> {
  const report: Work = {
    ...{ kills: { terminated: 0, sigkill: 0 }, midStatement: 0, requests: 0, failed: 0 },
    problems: [],
  };
  let isOver = false;
  const isDone = () => isOver || report.problems.length > 0;

  async function request(client: number): Promise<void> {
    for (let turn = client; !isDone(); turn++) {
      const answer = await victim.request(keys[turn % keys.length] as string, turn);
      report.requests++;
      if (answer.status === 'failed') report.failed++;
      if (answer.status === 'wrong') report.problems.push(answer.problem);
      if (victim.hasEnded()) report.problems.push(`the process ended:\n${victim.log()}`);
    }
  }

  async function kill(): Promise<void> {
    const done = () => report.kills.terminated + report.kills.sigkill;
    while (done() < kills && !isDone()) {
      await sleep(draw.below(25));
      const method = draw.chance(0.5) ? 'sigkill' : 'terminated';
      const killed = await killOneBackend(database, method);
      if (!killed) continue;
      report.kills[method]++;
      if (killed.isActive) report.midStatement++;
    }
    isOver = true;
  }

  const working = Array.from({ length: clients }, (_, client) => request(client));
  await Promise.all([kill(), ...working]);
  return report;
}

/** One that runs a statement if possible; undefined if the victim has no connection. */
async function killOneBackend(database: Postgres, method: keyof KillReport['kills']) {
  const end = method === 'terminated' ? 'pg_terminate_backend(pid)' : 'pid';
  try {
    const { rows } = await database.query(
      `SELECT pid, state = 'active' AS "isActive", ${end} FROM (
         SELECT pid, state FROM pg_stat_activity WHERE application_name = $1
         ORDER BY state = 'active' DESC, random() LIMIT 1
       ) AS one`,
      [victimName],
    );
    const [found] = rows as { pid: number; isActive: boolean }[];
    if (found && method === 'sigkill') process.kill(found.pid, 'SIGKILL');
    return found;
  } catch {
    // PostgreSQL ends all connections when one backend crashes, including this one.
    return undefined;
  }
}

/** Whether the state is as if nothing had happened, once no more backends are killed. */
async function verifyRecovery(victim: Victim, database: Postgres): Promise<string[]> {
  if (victim.hasEnded()) return [];
  const deadline = performance.now() + 30_000;
  for (const [turn, key] of keys.entries()) {
    for (;;) {
      const answer = await victim.request(key, 4 * turn);
      if (answer.status === 'done') break;
      const reason = answer.status === 'wrong' ? answer.problem : 'it always fails';
      if (performance.now() > deadline) return [`${key} is not processed afterwards: ${reason}`];
      await sleep(200);
    }
  }
  const { rows } = await database.query(
    "SELECT source_key AS key, count(*)::int AS rows FROM image_metadata WHERE status = 'converted' GROUP BY source_key",
  );
  const counts = new Map(rows.map(({ key, rows: count }) => [key, count]));
  const wrong = keys.filter((key) => counts.get(key) !== 1);
  return wrong.map((key) => `expected one row of ${key} but found ${counts.get(key) ?? 0}`);
}

export function describeKills(report: KillReport): string {
  const { victim, kills, midStatement, requests, failed, seconds, problems } = report;
  return [
    `${victim}: ${kills.terminated} backends terminated, ${kills.sigkill} killed with SIGKILL, ${midStatement} of them during a statement; ${failed} of ${requests} requests failed and were retryable; ${seconds.toFixed(0)} s`,
    ...problems.map((problem) => `BROKEN ${problem}`),
  ].join('\n');
}
