import { Pool, type PoolClient, type PoolConfig, type QueryResult } from 'pg';

export interface PostgresOptions {
  /** One URL, or else the single fields. */
  url?: string | undefined;
  host?: string | undefined;
  port?: number | undefined;
  database?: string | undefined;
  user?: string | undefined;
  password?: string | undefined;
  /** As libpq's `sslmode`. */
  ssl: 'disable' | 'prefer' | 'require' | 'verify-full';
  maxConnections: number;
}

/** A PostgreSQL that is connected to when it is first asked, and again when a connection was lost. */
export interface Postgres {
  query(text: string, values?: unknown[]): Promise<QueryResult>;
  /** One connection for work whose statements belong together. */
  session<Result>(work: (client: PoolClient) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

export function connectPostgres(options: PostgresOptions): Postgres {
  let opening: Promise<Pool> | undefined;

  async function pool(): Promise<Pool> {
    opening ??= openPool(options);
    try {
      return await opening;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  }

  return {
    async query(text, values) {
      return (await pool()).query(text, values);
    },
    async session(work) {
      const client = await (await pool()).connect();
      try {
        return await work(client);
      } finally {
        client.release();
      }
    },
    async close() {
      const opened = await opening?.catch(() => undefined);
      await opened?.end();
    },
  };
}

async function openPool(options: PostgresOptions): Promise<Pool> {
  if (options.ssl !== 'prefer') return newPool(options, options.ssl);
  const pool = newPool(options, 'require');
  try {
    (await pool.connect()).release();
    return pool;
  } catch (error) {
    await pool.end();
    // As libpq: without TLS where the server has none. The driver gives this answer no code.
    if (!/does not support SSL/i.test((error as Error).message)) throw error;
    return newPool(options, 'disable');
  }
}

function newPool(options: PostgresOptions, ssl: PostgresOptions['ssl']): Pool {
  const pool = new Pool({
    ...connectionOf(options),
    ssl: ssl === 'disable' ? false : { rejectUnauthorized: ssl === 'verify-full' },
    max: options.maxConnections,
    // Long enough for a database that has to wake up first.
    connectionTimeoutMillis: 20_000,
    query_timeout: 20_000,
    keepAlive: true,
    // A connection never keeps a finished command alive.
    allowExitOnIdle: true,
  });
  // A connection that breaks while idle (a thawed function, a restarted server) is replaced.
  pool.on('error', () => {});
  return pool;
}

function connectionOf({ url, host, port, database, user, password }: PostgresOptions): PoolConfig {
  if (url !== undefined) return { connectionString: url };
  return {
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(database !== undefined && { database }),
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
  };
}
