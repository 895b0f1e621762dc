// PostgreSQL ends the connection of a migration: nothing changes, and the next run does everything.
import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { PG_MIGRATE_LOCK_ID } from 'node-pg-migrate';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connectPostgres, type Postgres } from '../../src/ledger/connect.ts';
import { type CliResult, resultOf, runCli, startCli } from '../../testing/cli.ts';
import { type PostgresServer, startPostgres } from '../../testing/postgres-server.ts';

// A separate server: killing one backend closes all connections of its server.
let server: PostgresServer;
let database: Postgres;
let env: Record<string, string>;
beforeAll(async () => {
  server = await startPostgres();
  database = connectPostgres({ url: server.url, ssl: 'disable', maxConnections: 2 });
  env = { DATABASE_URL: `${server.url}?sslmode=disable&application_name=migration` };
});
afterAll(async () => {
  await database.close();
  await server.stop();
});
beforeEach(async () => {
  await database.query('DROP SCHEMA public CASCADE');
  await database.query('CREATE SCHEMA public');
  await database.query(`CREATE TABLE image_metadata (
    id SERIAL PRIMARY KEY, file_name VARCHAR(255) NOT NULL, timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP
  )`);
});

const moments = {
  'it waits for its turn': `SELECT pg_advisory_lock(${PG_MIGRATE_LOCK_ID})`,
  'it changes the table': 'BEGIN; LOCK TABLE image_metadata',
};

const failures: Record<string, (pid: number) => Promise<unknown>> = {
  'is terminated': (pid) => database.query('SELECT pg_terminate_backend($1)', [pid]),
  'is killed with SIGKILL': async (pid) => process.kill(pid, 'SIGKILL'),
};

async function findBlockedPid(): Promise<number> {
  for (;;) {
    const { rows } = await database.query(
      "SELECT pid FROM pg_stat_activity WHERE application_name = 'migration' AND wait_event_type = 'Lock'",
    );
    if (rows[0]) return rows[0].pid;
    await sleep(20);
  }
}

async function waitUntilReachable(): Promise<void> {
  await expect.poll(() => database.query('SELECT 1').catch(() => undefined)).toBeDefined();
}

describe.each(Object.entries(moments))('while %s', (_, hold) => {
  test.each(Object.entries(failures))(
    'its backend %s: the command prints a sentence and changes nothing',
    async (_, end) => {
      let result: Promise<CliResult> | undefined;
      const holding = database.session(async (holder) => {
        await holder.query(hold);
        result = resultOf(startCli(['migrate'], { env }));
        await end(await findBlockedPid());
        await result;
        // Closes its connection, which releases its lock.
        throw new Error('held');
      });
      // If a backend was killed, this connection was lost as well.
      await expect(holding).rejects.toThrow(/held|was lost/);
      expect(await result).toEqual({
        exitCode: 1,
        stdout: Buffer.of(),
        stderr: expect.stringMatching(
          /^The connection to PostgreSQL at 127\.0\.0\.1:\d+ was lost during a statement \(.+\)\. Retry; .*\n$/,
        ),
      });
      await waitUntilReachable();

      const { rows } = await database.query(
        "SELECT count(*)::int AS columns FROM information_schema.columns WHERE table_name = 'image_metadata'",
      );
      expect(rows).toEqual([{ columns: 3 }]);
      const again = await runCli(['migrate'], { env });
      expect(again).toMatchObject({ exitCode: 0, stderr: '' });
      const migrations = await readdir('migrations');
      expect(again.stdout.toString().match(/^applied /gm)).toHaveLength(migrations.length);
    },
    60_000,
  );
});
