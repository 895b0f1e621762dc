import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import type { Postgres } from './connect.ts';
import { TableRemovedError } from './errors.ts';
import { checkTimeZone, describeOriginalTimes, readOriginalTimes } from './original-times.ts';

/** The SQL files are next to src/ in a checkout, and next to dist/ in the package. */
const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url));

/** The migration that reads the original’s times. */
const addsRecordedAt = '0002_ledger';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

export interface MigrateOptions {
  /** In which the original program’s times are read. Default: the server’s. */
  timeZone?: string | undefined;
  /** Called if rows were corrected, or if rows of the original were migrated. */
  onOriginalTimes?: (times: OriginalTimes) => void;
}

/** The original’s rows, and the time zone in which their times were read. */
interface OriginalTimes {
  rows: number;
  timeZone: string;
  /** Whether `timeZone` was requested, and `rows` counts those that it changed. */
  isRequested: boolean;
}

/**
 * Brings the database to the newest schema in one transaction, from an empty database or the
 * original system's table. A concurrent run waits and then has nothing to do.
 * Returns the names of the applied migrations. Throws `TableRemovedError`.
 */
export async function migrate(
  postgres: Pick<Postgres, 'session'>,
  { timeZone, onOriginalTimes }: MigrateOptions = {},
): Promise<string[]> {
  return await postgres.session(async (client) => {
    if (timeZone !== undefined) await checkTimeZone(client, timeZone);
    const applied = await runner({
      dbClient: client,
      dir: migrationsFolder,
      migrationsTable: 'grayscale_migrations',
      direction: 'up',
      singleTransaction: true,
      advisoryLockMode: 'wait',
      logger: silent,
    });
    const { rows } = await client.query("SELECT to_regclass('image_metadata') AS name");
    if (rows[0].name === null) throw new TableRemovedError();
    const isFirst = applied.some(({ name }) => name === addsRecordedAt);
    const corrected = timeZone === undefined ? 0 : await readOriginalTimes(client, timeZone);
    if (timeZone !== undefined) {
      onOriginalTimes?.({ rows: corrected, timeZone, isRequested: true });
    } else if (isFirst) {
      const times = await describeOriginalTimes(client);
      if (times.rows > 0) onOriginalTimes?.({ ...times, isRequested: false });
    }
    // A rewritten table has no statistics, and its indexes cannot answer alone until a vacuum.
    // Autovacuum would run only after a hundredth of new rows.
    if (applied.length > 0 || corrected > 0) await client.query('VACUUM (ANALYZE) image_metadata');
    return applied.map(({ name }) => name);
  });
}

/** Migrations that the database lacks; all of them if it was never migrated. */
export async function pendingMigrations(postgres: Pick<Postgres, 'query'>): Promise<string[]> {
  const [known, applied] = await Promise.all([knownMigrations(), appliedMigrations(postgres)]);
  return known.filter((name) => !applied.includes(name));
}

/** The migrations of this release, in order. */
export async function knownMigrations(): Promise<string[]> {
  const files = (await readdir(migrationsFolder)).filter((file) => file.endsWith('.sql')).sort();
  return files.map((file) => basename(file, '.sql'));
}

/** Migrations applied to the database, by this release or another. */
export async function appliedMigrations(postgres: Pick<Postgres, 'query'>): Promise<string[]> {
  const { rows: tables } = await postgres.query(
    "SELECT to_regclass('grayscale_migrations') IS NOT NULL AS exists",
  );
  if (!tables[0]?.exists) return [];
  const { rows } = await postgres.query('SELECT name FROM grayscale_migrations ORDER BY id');
  return rows.map(({ name }) => name);
}
