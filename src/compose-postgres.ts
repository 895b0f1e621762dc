import type { Postgres, PostgresOptions } from './adapters/postgres.ts';
import { type Config, ConfigError } from './config.ts';
import { type SslMode, sslModes } from './config-variables.ts';

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
  const [{ connectPostgres }, login] = await Promise.all([
    import('./adapters/postgres.ts'),
    loginOf(config),
  ]);
  return connectPostgres({
    host: config.databaseHost,
    port: config.databasePort,
    database: config.databaseName,
    user: config.databaseUser,
    ...login,
    maxConnections,
  });
}

/** A connection that lives longer than its token was good for still answers; it is renewed by then. */
const iamConnectionSeconds = 10 * 60;

async function loginOf(
  config: Config,
): Promise<Pick<PostgresOptions, 'url' | 'password' | 'ssl' | 'maxAgeSeconds'>> {
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
  const { createTokenSigner } = await import('./adapters/iam-token.ts');
  return {
    password: createTokenSigner({ hostname, port, username, region }),
    // A token is as good as a password: nobody but the database may see it.
    ssl: 'verify-full',
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

/** The driver reads `sslmode` in its own way, so it is taken out of the URL and read as libpq does. */
function readSsl(config: Config): { url: string | undefined; ssl: SslMode } {
  const url = config.databaseUrl === undefined ? undefined : new URL(config.databaseUrl);
  const mode = url?.searchParams.get('sslmode') ?? undefined;
  if (mode !== undefined && !sslModes.some((known) => known === mode)) {
    throw new ConfigError([
      `DATABASE_URL: expected an sslmode of ${sslModes.join(', ')} but received "${mode}"`,
    ]);
  }
  if (mode !== undefined && config.databaseSsl !== undefined && mode !== config.databaseSsl) {
    throw new ConfigError([
      `DB_SSL: expected what the sslmode of DATABASE_URL says, "${mode}", but received "${config.databaseSsl}"`,
    ]);
  }
  url?.searchParams.delete('sslmode');
  return { url: url?.href, ssl: (mode as SslMode | undefined) ?? config.databaseSsl ?? 'prefer' };
}
