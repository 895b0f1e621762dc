// The original program stored local times without a time zone, in `timestamp`. Its rows are those
// without a source; `recorded_at` holds the exact time, read in some time zone.
import type { PoolClient } from 'pg';
import { UnknownTimeZoneError } from './errors.ts';

/** Throws {@link UnknownTimeZoneError} unless it is a name like Europe/Berlin. */
export async function checkTimeZone(client: PoolClient, timeZone: string): Promise<void> {
  // Offsets are rejected: those of POSIX have the opposite sign, and none knows daylight saving.
  const { rows } = await client.query(
    'SELECT FROM pg_timezone_names WHERE lower(name) = lower($1)',
    [timeZone],
  );
  if (rows.length > 0) return;
  throw new UnknownTimeZoneError(
    `Expected --time-zone to be a time zone of PostgreSQL such as Europe/Berlin or UTC but received "${timeZone}".`,
  );
}

/**
 * Reads the times of the original’s rows in this time zone. Returns the number of rows that it
 * corrected. Rows that agree with the zone stay, so it can be repeated, and the repeated hour at the
 * end of summer time does not change an exact time.
 */
export async function readOriginalTimes(client: PoolClient, timeZone: string): Promise<number> {
  const { rowCount } = await client.query(
    `UPDATE image_metadata SET recorded_at = timestamp AT TIME ZONE $1
     WHERE source_key IS NULL AND timestamp <> recorded_at AT TIME ZONE $1`,
    [timeZone],
  );
  return rowCount ?? 0;
}

/** How many rows the original wrote, and the time zone in which the migration read their times. */
export async function describeOriginalTimes(
  client: PoolClient,
): Promise<{ rows: number; timeZone: string }> {
  const { rows } = await client.query(
    `SELECT count(*)::int AS rows, current_setting('TimeZone') AS "timeZone"
     FROM image_metadata WHERE source_key IS NULL AND timestamp IS NOT NULL`,
  );
  return rows[0];
}
