import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Config, ConfigError, type SslMode, sslModes } from '../config/index.ts';
import type { Postgres, PostgresOptions } from '../ledger/connect.ts';

/** The configured database. Throws `ConfigError` where none is configured. */
export async function composePostgres(
  config: Config,
  // A batch is one statement: whoever needs more connections has more processes.
  { maxConnections = 1 } = {},
): Promise<Postgres> {
  if (config.databaseUrl === undefined && config.databaseHost === undefined) {
    throw new ConfigError([
      'DB_HOST: expected the PostgreSQL host (or DATABASE_URL) but neither is set',
    ]);
  }
  const login = await loginOf(config);
  const [{ connectPostgres }, rootCertificates] = await Promise.all([
    import('../ledger/connect.ts'),
    readRootCertificates(login),
  ]);
  return connectPostgres({
    host: config.databaseHost,
    port: config.databasePort,
    database: config.databaseName,
    user: config.databaseUser,
    ...login,
    rootCertificates,
    maxConnections,
  });
}

type Login = Pick<PostgresOptions, 'url' | 'password' | 'ssl' | 'maxAgeSeconds'> & {
  rootCertFile: string | undefined;
};

/** A connection that lives longer than its token was good for still answers; it is renewed by then. */
const iamConnectionSeconds = 10 * 60;

async function loginOf(config: Config): Promise<Login> {
  if (config.databaseAuth === 'password') {
    return { ...readSsl(config), password: config.databasePassword };
  }
  const {
    databaseHost: hostname = '',
    databasePort: port,
    databaseUser: username = '',
    region,
  } = config;
  const problems = problemsOfIam(config);
  if (problems.length > 0 || region === undefined) throw new ConfigError(problems);
  const { createTokenSigner } = await import('../ledger/iam-token.ts');
  return {
    password: createTokenSigner({ hostname, port, username, region }),
    // A token is as good as a password: nobody but the database may see it.
    ssl: 'verify-full',
    rootCertFile: config.databaseSslRootCert,
    maxAgeSeconds: iamConnectionSeconds,
  };
}

function problemsOfIam(config: Config): string[] {
  const rules: [isBroken: boolean, problem: string][] = [
    [config.databaseUrl !== undefined, 'DATABASE_URL: expected DB_HOST and DB_USER in its place'],
    [config.databaseHost === undefined, 'DB_HOST: expected the host that is logged in to'],
    [config.databaseUser === undefined, 'DB_USER: expected the role to log in as'],
    [config.databasePassword !== undefined, 'DB_PASSWORD: expected none'],
    [config.region === undefined, 'AWS_REGION: expected the region of the database'],
    [
      (config.databaseSsl ?? 'verify-full') !== 'verify-full',
      `DB_SSL: expected verify-full but received "${config.databaseSsl}"`,
    ],
  ];
  return rules.flatMap(([isBroken, problem]) => (isBroken ? `${problem}, with DB_AUTH=iam` : []));
}

/** The driver reads `sslmode` and `sslrootcert` in its own way: they are read here, as libpq does. */
function readSsl(config: Config): Pick<Login, 'url' | 'ssl' | 'rootCertFile'> {
  const url = config.databaseUrl === undefined ? undefined : new URL(config.databaseUrl);
  const take = (name: string) => {
    const value = url?.searchParams.get(name) || undefined;
    url?.searchParams.delete(name);
    return value;
  };
  const mode = take('sslmode');
  const rootCert = take('sslrootcert');
  if (mode !== undefined && !sslModes.some((known) => known === mode)) {
    throw new ConfigError([
      `DATABASE_URL: expected an sslmode of ${sslModes.join(', ')} but received "${mode}"`,
    ]);
  }
  refuseDifference('DB_SSL', { setting: config.databaseSsl, parameter: 'sslmode', value: mode });
  const setting = config.databaseSslRootCert;
  refuseDifference('DB_SSL_ROOT_CERT', { setting, parameter: 'sslrootcert', value: rootCert });
  return {
    url: url?.href,
    ssl: (mode as SslMode | undefined) ?? config.databaseSsl ?? 'prefer',
    rootCertFile: rootCert ?? setting,
  };
}

interface Pair {
  setting: string | undefined;
  /** Of the URL. */
  parameter: string;
  value: string | undefined;
}

function refuseDifference(name: string, { setting, parameter, value }: Pair): void {
  if (value === undefined || setting === undefined || value === setting) return;
  throw new ConfigError([
    `${name}: expected what the ${parameter} of DATABASE_URL says, "${value}", but received "${setting}"`,
  ]);
}

async function readRootCertificates({ ssl, rootCertFile }: Login): Promise<string | undefined> {
  if (rootCertFile === undefined) return undefined;
  const refuse = (expected: string, received: string) =>
    new ConfigError([`DB_SSL_ROOT_CERT: expected ${expected} but received ${received}`]);
  if (ssl !== 'verify-full') {
    throw refuse(
      'DB_SSL=verify-full with it, as no other mode checks the certificate,',
      `"${ssl}"`,
    );
  }
  const pem = await readFile(rootCertFile, 'utf8').catch((error: Error) => {
    throw refuse('a PEM file', `"${rootCertFile}", which cannot be read (${error.message})`);
  });
  try {
    new X509Certificate(pem);
  } catch {
    throw refuse('a PEM file that holds a certificate', `"${rootCertFile}"`);
  }
  return pem;
}
