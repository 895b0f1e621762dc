import { escapeIdentifier, type PoolClient } from 'pg';
import type { Postgres } from './connect.ts';

interface ApplicationRoleOptions {
  /** Whether rows are deleted with their sources. */
  mayDelete?: boolean;
  /** The schema of the queue, if it is in the database. */
  queueSchema?: string | undefined;
}

/**
 * Creates a role that may log in and read and write the rows of `image_metadata`. It may not use
 * other tables except those of the queue, change the schema, or delete rows unless rows follow
 * their sources. On Amazon RDS it logs in through IAM. A repeated run revokes all other rights that the role has in the schema.
 */
export async function prepareApplicationRole(
  postgres: Postgres,
  role: string,
  { mayDelete = false, queueSchema }: ApplicationRoleOptions = {},
): Promise<void> {
  const name = escapeIdentifier(role);
  await postgres.session(async (client) => {
    await client.query('BEGIN');
    // Of two concurrent deployments, the second waits and finds the work done.
    await client.query("SELECT pg_advisory_xact_lock(hashtext('grayscale application role'))");
    if (!(await hasRole(client, role))) {
      // The client stops waiting a second earlier; without this timeout, the server would continue.
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
    // The name is already quoted for SQL.
    if (rows[0]?.ids) await client.query(`GRANT USAGE ON SEQUENCE ${rows[0].ids} TO ${name}`);
    if (queueSchema !== undefined) await grantQueue(client, { name, schema: queueSchema });
    await client.query('COMMIT');
  });
}

/** Sending, taking, settling and maintaining jobs; not changing the tables. */
async function grantQueue(
  client: PoolClient,
  { name, schema }: { name: string; schema: string },
): Promise<void> {
  const quoted = escapeIdentifier(schema);
  await client.query(`
    GRANT USAGE ON SCHEMA ${quoted} TO ${name};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${quoted} TO ${name};
  `);
}

async function hasRole(client: PoolClient, role: string): Promise<boolean> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
  return rowCount === 1;
}
