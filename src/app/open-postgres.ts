import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  type Config,
  ConfigError,
  readAwsCredentials,
  type SslMode,
  sslModes,
} from '../config/index.ts';
import type { Postgres, PostgresOptions } from '../ledger/connect.ts';

/** The settings that a login needs. */
type DatabaseConfig = Pick<Config, 'database' | 'aws'>;

export function isDatabaseConfigured({ database }: Pick<Config, 'database'>): boolean {
  return database.url !== undefined || database.host !== undefined;
}

/** Throws `ConfigError` without a database, or if its settings contradict each other. */
export function checkDatabase(config: DatabaseConfig): void {
  if (!isDatabaseConfigured(config)) {
    throw new ConfigError([
      'DB_HOST: expected the PostgreSQL host (or DATABASE_URL) but neither is set',
    ]);
  }
  if (config.database.auth === 'password') {
    readSsl(config.database);
    return;
  }
  const problems = findIamProblems(config);
  if (problems.length > 0) throw new ConfigError(problems);
}

/** Opens the configured database; connects on first use. Throws `ConfigError` without one. */
export async function openPostgres(
  config: DatabaseConfig,
  // A batch is one statement, so one connection is enough; more throughput comes from more
  // processes.
  { maxConnections = 1 } = {},
): Promise<Postgres> {
  checkDatabase(config);
  const login = await createLogin(config);
  const [{ connectPostgres }, rootCertificates] = await Promise.all([
    import('../ledger/connect.ts'),
    readRootCertificates(login),
  ]);
  return connectPostgres({
    host: config.database.host,
    port: config.database.port,
    database: config.database.name,
    user: config.database.user,
    ...login,
    rootCertificates,
    maxConnections,
  });
}

type DatabaseLogin = Pick<PostgresOptions, 'url' | 'password' | 'ssl' | 'maxAgeSeconds'> & {
  rootCertFile: string | undefined;
};

/** Connections are replaced before their token expires, although they would stay valid. */
const iamConnectionSeconds = 10 * 60;

async function createLogin(config: DatabaseConfig): Promise<DatabaseLogin> {
  if (config.database.auth === 'password') {
    return { ...readSsl(config.database), password: config.database.password };
  }
  const { host: hostname = '', port, user: username = '' } = config.database;
  const { region = '' } = config.aws;
  const { createTokenSigner } = await import('../ledger/iam-token.ts');
  return {
    password: createTokenSigner({ hostname, port, username, region }, readAwsCredentials()),
    // A token is as good as a password: only the database may see it.
    ssl: 'verify-full',
    rootCertFile: config.database.sslRootCert,
    maxAgeSeconds: iamConnectionSeconds,
  };
}

function findIamProblems({ database, aws }: DatabaseConfig): string[] {
  const rules: [isBroken: boolean, problem: string][] = [
    [database.url !== undefined, 'DATABASE_URL: expected DB_HOST and DB_USER instead'],
    [database.host === undefined, 'DB_HOST: expected the host to log in to'],
    [database.user === undefined, 'DB_USER: expected the role to log in as'],
    [database.password !== undefined, 'DB_PASSWORD: expected none'],
    [aws.region === undefined, 'AWS_REGION: expected the region of the database'],
    [
      (database.ssl ?? 'verify-full') !== 'verify-full',
      `DB_SSL: expected verify-full but received "${database.ssl}"`,
    ],
  ];
  return rules.flatMap(([isBroken, problem]) => (isBroken ? `${problem}, with DB_AUTH=iam` : []));
}

/**
 * The driver interprets `sslmode` and `sslrootcert` differently from libpq, so they are parsed
 * here.
 */
function readSsl(
  database: Config['database'],
): Pick<DatabaseLogin, 'url' | 'ssl' | 'rootCertFile'> {
  const url = database.url === undefined ? undefined : new URL(database.url);
  const takeParameter = (name: string) => {
    const value = url?.searchParams.get(name) || undefined;
    url?.searchParams.delete(name);
    return value;
  };
  const mode = takeParameter('sslmode');
  const rootCert = takeParameter('sslrootcert');
  if (mode !== undefined && !sslModes.some((known) => known === mode)) {
    throw new ConfigError([
      `DATABASE_URL: expected an sslmode of ${sslModes.join(', ')} but received "${mode}"`,
    ]);
  }
  rejectConflict('DB_SSL', database.ssl, ['sslmode', mode]);
  rejectConflict('DB_SSL_ROOT_CERT', database.sslRootCert, ['sslrootcert', rootCert]);
  return {
    url: url?.href,
    ssl: (mode as SslMode | undefined) ?? database.ssl ?? 'prefer',
    rootCertFile: rootCert ?? database.sslRootCert,
  };
}

/** Throws if a setting and a parameter of the URL are both set, to different values. */
function rejectConflict(
  name: string,
  setting: string | undefined,
  [parameter, value]: [name: string, value: string | undefined],
): void {
  if (value === undefined || setting === undefined || value === setting) return;
  throw new ConfigError([
    `${name}: expected the ${parameter} of DATABASE_URL, "${value}", but received "${setting}"`,
  ]);
}

async function readRootCertificates({
  ssl,
  rootCertFile,
}: DatabaseLogin): Promise<string | undefined> {
  if (rootCertFile === undefined) return undefined;
  const certificateError = (expected: string, received: string) =>
    new ConfigError([`DB_SSL_ROOT_CERT: expected ${expected} but received ${received}`]);
  if (ssl !== 'verify-full') {
    throw certificateError(
      'DB_SSL=verify-full with it, as no other mode checks the certificate,',
      `"${ssl}"`,
    );
  }
  const pem = await readFile(rootCertFile, 'utf8').catch((error: Error) => {
    throw certificateError(
      'a PEM file',
      `"${rootCertFile}", which cannot be read (${error.message})`,
    );
  });
  try {
    new X509Certificate(pem);
  } catch {
    throw certificateError('a PEM file that holds a certificate', `"${rootCertFile}"`);
  }
  return pem;
}
