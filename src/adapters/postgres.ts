import type { ConnectionOptions } from 'node:tls';
import { Pool, type PoolClient, type PoolConfig, type QueryConfig, type QueryResult } from 'pg';

export interface PostgresOptions {
  /** One URL, or else the single fields. */
  url?: string | undefined;
  host?: string | undefined;
  port?: number | undefined;
  database?: string | undefined;
  user?: string | undefined;
  /** A function is asked anew for each connection. */
  password?: string | (() => Promise<string>) | undefined;
  /** As libpq's `sslmode`. */
  ssl: 'disable' | 'prefer' | 'require' | 'verify-full';
  maxConnections: number;
  /** Older connections are replaced when they are next free. */
  maxAgeSeconds?: number | undefined;
}

/** No server answers where PostgreSQL should be. Worth another try. */
export class DatabaseUnreachableError extends Error {
  readonly code = 'DATABASE_UNREACHABLE';

  constructor(address: string, cause: Error) {
    super(
      `Expected PostgreSQL at ${address} but nothing answers there (${reasonOf(cause)}). Check DATABASE_URL, or DB_HOST and DB_PORT, and the way there.`,
      { cause },
    );
    this.name = 'DatabaseUnreachableError';
  }
}

/** A statement took longer than anything here waits for. Worth another try where the server was busy. */
export class DatabaseTooSlowError extends Error {
  readonly code = 'DATABASE_TOO_SLOW';

  constructor(address: string, cause: Error) {
    super(
      `Expected PostgreSQL at ${address} to answer a question within ${queryTimeoutMs / 1e3} s but it did not. Ask for a shorter time (since, until), or look at what it is busy with.`,
      { cause },
    );
    this.name = 'DatabaseTooSlowError';
  }
}

/** A signed login was refused, or could not be signed. Rights may be given meanwhile: worth another try. */
export class DatabaseLoginError extends Error {
  readonly code = 'DATABASE_LOGIN_REFUSED';

  constructor({ user, ...options }: PostgresOptions, cause: Error) {
    super(
      `Expected to log in to PostgreSQL at ${addressOf(options)} as "${user}" with a signed token but received: ${cause.message}. Check that the role was granted rds_iam, that IAM allows rds-db:connect for it, and AWS_REGION.`,
      { cause },
    );
    this.name = 'DatabaseLoginError';
  }
}

/** A PostgreSQL that is connected to when it is first asked, and again when a connection was lost. */
export interface Postgres {
  query(text: string, values?: unknown[]): Promise<QueryResult>;
  /** One connection for work whose statements belong together, however long they take. */
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

  async function connect(): Promise<PoolClient> {
    try {
      return await (await pool()).connect();
    } catch (error) {
      if (isUnreachable(error)) throw new DatabaseUnreachableError(addressOf(options), error);
      if (isRefusedToken(error, options)) throw new DatabaseLoginError(options, error);
      throw error;
    }
  }

  async function session<Result>(work: (client: PoolClient) => Promise<Result>): Promise<Result> {
    const client = await connect();
    let failure: Error | undefined;
    try {
      return await work(client);
    } catch (error) {
      failure = error as Error;
      throw error;
    } finally {
      // After a failure nobody knows what state the connection is in: it is closed.
      client.release(failure);
    }
  }

  return {
    session,
    async query(text, values = []) {
      // The driver's types do not know its own setting.
      const query: QueryConfig & { query_timeout: number } = {
        text,
        values,
        query_timeout: queryTimeoutMs,
      };
      try {
        return await session((client) => client.query(query));
      } catch (error) {
        const isTooSlow = error instanceof Error && error.message === 'Query read timeout';
        throw isTooSlow ? new DatabaseTooSlowError(addressOf(options), error) : error;
      }
    },
    async close() {
      const opened = await opening?.catch(() => undefined);
      await opened?.end();
    },
  };
}

/** A name with several addresses fails with an error that has a code but no message. */
function reasonOf(cause: Error & { code?: unknown }): string {
  return cause.message || String(cause.code);
}

// A server that accepts and then says nothing must not hold a function until its time is up.
const connectTimeoutMs = 8_000;
const queryTimeoutMs = 6_000;

const unreachable =
  /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|E(HOST|NET)UNREACH|ENOENT)$/;

function isUnreachable(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return (
    ('code' in error && unreachable.test(String(error.code))) || /timeout/i.test(error.message)
  );
}

// SQLSTATEs of a login that is refused; a token that cannot be signed has the SDK's own error.
const refusedLogin = /^28(000|P01)$/;

function isRefusedToken(error: unknown, { password }: PostgresOptions): error is Error {
  if (typeof password !== 'function' || !(error instanceof Error)) return false;
  const isRefused = 'code' in error && refusedLogin.test(String(error.code));
  return isRefused || error.name === 'CredentialsProviderError';
}

/** Where the server should be; never with the password. */
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
    // As libpq: without TLS where the server has none. The driver gives this answer no code.
    if (!/does not support SSL/i.test((error as Error).message)) throw error;
    return await newPool(options, 'disable');
  }
}

async function newPool(options: PostgresOptions, ssl: PostgresOptions['ssl']): Promise<Pool> {
  const pool = new Pool({
    ...connectionOf(options),
    ssl: await tlsOf(options, ssl),
    max: options.maxConnections,
    ...(options.maxAgeSeconds !== undefined && { maxLifetimeSeconds: options.maxAgeSeconds }),
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    // A connection never keeps a finished command alive.
    allowExitOnIdle: true,
  });
  // A connection that breaks while idle (a thawed function, a restarted server) is replaced.
  pool.on('error', () => {});
  return pool;
}

async function tlsOf(
  options: PostgresOptions,
  ssl: PostgresOptions['ssl'],
): Promise<false | ConnectionOptions> {
  if (ssl === 'disable') return false;
  if (ssl !== 'verify-full') return { rejectUnauthorized: false };
  const { trustedBy } = await import('./rds-certificates.ts');
  const [host = ''] = addressOf(options).split(':');
  return { rejectUnauthorized: true, ...trustedBy(host) };
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
