import type { DatabaseProbe } from '../doctor/index.ts';
import type { Postgres } from './connect.ts';
import { MissingRightError } from './errors.ts';
import { appliedMigrations, knownMigrations } from './migrate.ts';

const rights = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const;

export function createPostgresProbe(postgres: Postgres): DatabaseProbe {
  return {
    async readFacts() {
      const [{ rows }, applied, known] = await Promise.all([
        postgres.query(factsQuery, [rights]),
        appliedMigrations(postgres).catch(ignoreMissingRight),
        knownMigrations(),
      ]);
      const { used, max, granted, ...facts } = rows[0];
      return {
        ...facts,
        connections: { used, max },
        ...(granted && {
          rights: rights.map((name, i) => ({ name, isGranted: granted[i] === true })),
        }),
        ...(applied && {
          migrations: {
            pending: known.filter((name) => !applied.includes(name)),
            unknown: applied.filter((name) => !known.includes(name)),
          },
        }),
      };
    },
  };
}

function ignoreMissingRight(error: unknown): undefined {
  if (!(error instanceof MissingRightError)) throw error;
}

const factsQuery = `
SELECT
  current_setting('server_version') AS version, current_user AS "user",
  extract(epoch FROM clock_timestamp())::float8 * 1000 AS "nowMs",
  coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS "isEncrypted",
  (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS used,
  current_setting('max_connections')::int AS max,
  CASE WHEN to_regclass('image_metadata') IS NOT NULL THEN ARRAY(
    SELECT has_table_privilege('image_metadata', name)
    FROM unnest($1::text[]) WITH ORDINALITY AS rights (name, place) ORDER BY place
  ) END AS granted`;
