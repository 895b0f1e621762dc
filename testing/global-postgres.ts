import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { connectPostgres } from '../src/ledger/connect.ts';
import { migrate } from '../src/ledger/migrate.ts';
import { startPostgres } from './postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A real PostgreSQL server, for the databases of `testing/postgres.ts`. */
    postgresUrl: string;
    /** Its database with the newest schema, which is copied for tests. */
    migratedDatabase: string;
  }
}

/** Starts one PostgreSQL server for the whole run. Each test file creates its databases in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  project.provide('postgresUrl', server.url);
  project.provide('migratedDatabase', await createMigrated(server.url));
  return () => server.stop();
}

async function createMigrated(serverUrl: string): Promise<string> {
  const name = 'migrated';
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const url = new URL(serverUrl);
  url.pathname = name;
  const postgres = connectPostgres({ url: url.href, ssl: 'disable', maxConnections: 1 });
  await migrate(postgres);
  await postgres.close();
  return name;
}
