import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import type { Postgres } from './connect.ts';

/** The numbered SQL files lie beside src/ in a checkout, and beside dist/ in the package. */
const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url));

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Brings the database to the newest schema, from nothing or from the original's table, in one
 * transaction. Whoever comes second waits for the first and finds nothing to do.
 * Returns the names of the migrations that were applied.
 */
export async function migrate(postgres: Postgres): Promise<string[]> {
  return await postgres.session(async (client) => {
    const applied = await runner({
      dbClient: client,
      dir: migrationsFolder,
      migrationsTable: 'grayscale_migrations',
      direction: 'up',
      singleTransaction: true,
      advisoryLockMode: 'wait',
      logger: silent,
    });
    // A table that was written anew has no statistics, and its indexes do not answer alone. Autovacuum
    // would come after a hundredth of new rows.
    if (applied.length > 0) await client.query('VACUUM (ANALYZE) image_metadata');
    return applied.map(({ name }) => name);
  });
}

/** The migrations that the database lacks; all of them where it was never migrated. */
export async function pendingMigrations(postgres: Pick<Postgres, 'query'>): Promise<string[]> {
  const [known, applied] = await Promise.all([knownMigrations(), appliedMigrations(postgres)]);
  return known.filter((name) => !applied.includes(name));
}

/** Those of this release, in their order. */
export async function knownMigrations(): Promise<string[]> {
  const files = (await readdir(migrationsFolder)).filter((file) => file.endsWith('.sql')).sort();
  return files.map((file) => basename(file, '.sql'));
}

/** Those that the database has had, by this release or by another. */
export async function appliedMigrations(postgres: Pick<Postgres, 'query'>): Promise<string[]> {
  const { rows: tables } = await postgres.query(
    "SELECT to_regclass('grayscale_migrations') IS NOT NULL AS is_there",
  );
  if (!tables[0]?.is_there) return [];
  const { rows } = await postgres.query('SELECT name FROM grayscale_migrations ORDER BY id');
  return rows.map(({ name }) => name);
}
