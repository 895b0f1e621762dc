import type { ConnectionOptions } from 'node:tls';
import { Pool, type PoolClient, type QueryConfig, type QueryResult } from 'pg';
import { DatabaseConnectionLostError, queryTimeoutMs } from './errors.ts';
import {
  isConnectionEnd,
  translateConnectionError,
  translateStatementError,
} from './translate-errors.ts';

export interface PostgresOptions {
  /** One URL, or the separate fields. */
  url?: string | undefined;
  host?: string | undefined;
  port?: number | undefined;
  database?: string | undefined;
  user?: string | undefined;
  /** A function is called for each new connection. */
  password?: string | (() => Promise<string>) | undefined;
  /** The values are those of libpq's `sslmode`. */
  ssl: 'disable' | 'prefer' | 'require' | 'verify-full';
  /** For `verify-full`: trusted authorities as PEM, instead of the default ones. */
  rootCertificates?: string | undefined;
  maxConnections: number;
  /** Connections older than this are replaced when they are next idle. */
  maxAgeSeconds?: number | undefined;
}

/** A PostgreSQL client that connects on first use, and reconnects after a lost connection. */
export interface Postgres {
  /** Throws `Unavailable`, `Timeout` or `Rejected`, otherwise the driver's error. */
  query(text: string, values?: unknown[]): Promise<QueryResult>;
  /** Provides one connection for statements that belong together, without a time limit. */
  session<Result>(work: (client: PoolClient) => Promise<Result>): Promise<Result>;
  countConnections(): ConnectionCounts;
  close(): Promise<void>;
}

export interface ConnectionCounts {
  used: number;
  idle: number;
  /** Statements that wait for a connection. */
  waiting: number;
}

export function connectPostgres(options: PostgresOptions): Postgres {
  let opening: Promise<Pool> | undefined;
  let opened: Pool | undefined;

  async function pool(): Promise<Pool> {
    opening ??= openPool(options);
    try {
      opened = await opening;
      return opened;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  }

  async function connect(): Promise<PoolClient> {
    try {
      return await (await pool()).connect();
    } catch (error) {
      const usesSignedToken = typeof options.password === 'function';
      throw translateConnectionError(error, {
        address: addressOf(options),
        user: options.user,
        usesSignedToken,
      });
    }
  }

  async function session<Result>(work: (client: PoolClient) => Promise<Result>): Promise<Result> {
    const client = await connect();
    let failure: Error | undefined;
    try {
      return await work(client);
    } catch (error) {
      failure = error as Error;
      const connectionLoss = connectionErrors.get(client);
      if (connectionLoss === undefined && !isConnectionEnd(error)) throw error;
      throw new DatabaseConnectionLostError(addressOf(options), connectionLoss ?? failure);
    } finally {
      // After a failure the connection's state is unknown, so it is closed.
      client.release(failure);
    }
  }

  return {
    session,
    async query(text, values = []) {
      // The driver's types lack this setting of the driver.
      const query: QueryConfig & { query_timeout: number } = {
        text,
        values,
        query_timeout: queryTimeoutMs,
      };
      try {
        return await session((client) => client.query(query));
      } catch (error) {
        throw translateStatementError(error, addressOf(options));
      }
    },
    countConnections() {
      const { totalCount = 0, idleCount: idle = 0, waitingCount: waiting = 0 } = opened ?? {};
      return { used: totalCount - idle, idle, waiting };
    },
    async close() {
      await (await opening?.catch(() => undefined))?.end();
    },
  };
}

// A server that accepts a connection and then stays silent must not block a function until its
// timeout.
const connectTimeoutMs = 8_000;

/** The address of the server, without the password. */
function addressOf({
  url,
  host = 'localhost',
  port = 5432,
}: Pick<PostgresOptions, 'url' | 'host' | 'port'>): string {
  return url === undefined ? `${host}:${port}` : (URL.parse(url)?.host ?? 'DATABASE_URL');
}

async function openPool(options: PostgresOptions): Promise<Pool> {
  if (options.ssl !== 'prefer') return await newPool(options, options.ssl);
  const pool = await newPool(options, 'require');
  try {
    (await pool.connect()).release();
    return pool;
  } catch (error) {
    await pool.end();
    // As in libpq: without TLS if the server has none. The driver gives this error no code.
    if (!/does not support SSL/i.test((error as Error).message)) throw error;
    return await newPool(options, 'disable');
  }
}

/**
 * Why connections broke. Tracked from the start, because one may break before its first statement.
 */
const connectionErrors = new WeakMap<PoolClient, Error>();

async function newPool(options: PostgresOptions, ssl: PostgresOptions['ssl']): Promise<Pool> {
  const { url, host, port, database, user, password } = options;
  const pool = new Pool({
    ...(url === undefined ? { host, port, database, user, password } : { connectionString: url }),
    ssl: await createTlsOptions(options, ssl),
    max: options.maxConnections,
    maxLifetimeSeconds: options.maxAgeSeconds,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  });
  // A connection that breaks while idle (a thawed function, a restarted server) is replaced.
  pool.on('error', () => {});
  // The pool handles errors of idle clients only. Without this, a connection that breaks during a
  // statement would end the process.
  pool.on('connect', (client) =>
    client.on('error', (error) => connectionErrors.set(client, error)),
  );
  return pool;
}

async function createTlsOptions(
  options: PostgresOptions,
  ssl: PostgresOptions['ssl'],
): Promise<false | ConnectionOptions> {
  if (ssl === 'disable') return false;
  if (ssl !== 'verify-full') return { rejectUnauthorized: false };
  if (options.rootCertificates !== undefined) {
    return { rejectUnauthorized: true, ca: options.rootCertificates };
  }
  const { trustedAuthoritiesOf } = await import('./rds-certificates.ts');
  const [host = ''] = addressOf(options).split(':');
  return { rejectUnauthorized: true, ...trustedAuthoritiesOf(host) };
}
