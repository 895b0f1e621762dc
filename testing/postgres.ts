import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';
import { connectPostgres, type Postgres } from '../src/ledger/connect.ts';

/** A separate database on the real server. */
export interface TestDatabase extends Postgres {
  url: string;
  /** All rows of `image_metadata`, oldest first. */
  rows(): Promise<Record<string, unknown>[]>;
  drop(): Promise<void>;
}

export async function createDatabase({ migrated = true } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const url = new URL(inject('postgresUrl'));
  const template = migrated ? `TEMPLATE ${inject('migratedDatabase')}` : '';
  await administer(`CREATE DATABASE ${name} ${template}`);
  url.pathname = name;
  const postgres = connectPostgres({ url: url.href, ssl: 'disable', maxConnections: 4 });
  return {
    ...postgres,
    url: url.href,
    async rows() {
      return (await postgres.query('SELECT * FROM image_metadata ORDER BY id')).rows;
    },
    async drop() {
      await postgres.close();
      await administer(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function administer(statement: string): Promise<void> {
  const client = new Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
