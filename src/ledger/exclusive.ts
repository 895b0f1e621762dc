import type { Postgres } from './connect.ts';

/**
 * Does work unless another process does work of this name on the same database; returns whether it
 * did. PostgreSQL ends the exclusion with the connection, so that a process that dies leaves none.
 */
export async function runExclusively(
  postgres: Pick<Postgres, 'session'>,
  name: string,
  work: () => Promise<void>,
): Promise<boolean> {
  return await postgres.session(async (client) => {
    const lock = 'hashtextextended($1, 0)';
    const { rows } = await client.query(`SELECT pg_try_advisory_lock(${lock}) AS has`, [name]);
    if (!rows[0].has) return false;
    try {
      await work();
      return true;
    } finally {
      await client.query(`SELECT pg_advisory_unlock(${lock})`, [name]);
    }
  });
}
