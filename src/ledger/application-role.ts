import { escapeIdentifier, type PoolClient } from 'pg';
import type { Postgres } from './connect.ts';

/**
 * Makes a role that may log in, and read and write the rows of `image_metadata`: no other table, no
 * change of the schema, and no deletion but where rows follow their sources. Where the server is
 * Amazon RDS, it logs in through IAM. Run again, it takes away whatever else the role was given in the
 * schema.
 */
export async function prepareApplicationRole(
  postgres: Postgres,
  role: string,
  { mayDelete = false } = {},
): Promise<void> {
  const name = escapeIdentifier(role);
  await postgres.session(async (client) => {
    await client.query('BEGIN');
    // Two deployments at once: the second finds what the first has done.
    await client.query("SELECT pg_advisory_xact_lock(hashtext('grayscale application role'))");
    if (!(await hasRole(client, role))) {
      // The client stops waiting a second earlier; without this, the server would work on.
      await client.query(
        `CREATE ROLE ${name} LOGIN; ALTER ROLE ${name} SET statement_timeout = '7s'`,
      );
    }
    if (await hasRole(client, 'rds_iam')) await client.query(`GRANT rds_iam TO ${name}`);
    await client.query(`
      REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${name};
      REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM ${name};
      REVOKE ALL ON SCHEMA public FROM ${name};
      GRANT USAGE ON SCHEMA public TO ${name};
      GRANT SELECT, INSERT, UPDATE ${mayDelete ? ', DELETE' : ''} ON image_metadata TO ${name};
    `);
    const { rows } = await client.query(
      "SELECT pg_get_serial_sequence('image_metadata', 'id') AS ids",
    );
    // The name comes quoted as SQL wants it.
    if (rows[0]?.ids) await client.query(`GRANT USAGE ON SEQUENCE ${rows[0].ids} TO ${name}`);
    await client.query('COMMIT');
  });
}

async function hasRole(client: PoolClient, role: string): Promise<boolean> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
  return rowCount === 1;
}
