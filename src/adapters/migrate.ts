import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import type { Postgres } from './postgres.ts';

/** The numbered SQL files lie beside src/ in a checkout, and beside dist/ in the package. */
const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url));

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Brings the database to the newest schema, from nothing or from the original's table, in one
 * transaction. Whoever comes second waits for the first and finds nothing to do.
 * Returns the names of the migrations that were applied.
 */
export async function migrate(postgres: Postgres): Promise<string[]> {
  const applied = await postgres.session((client) =>
    runner({
      dbClient: client,
      dir: migrationsFolder,
      migrationsTable: 'grayscale_migrations',
      direction: 'up',
      singleTransaction: true,
      advisoryLockMode: 'wait',
      logger: silent,
    }),
  );
  return applied.map(({ name }) => name);
}
