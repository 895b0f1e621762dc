import { integer, oneOf, optional, secret, text, variable } from './variable.ts';

/** How a connection to PostgreSQL is encrypted, named as libpq's `sslmode`. */
export const sslModes = ['disable', 'prefer', 'require', 'verify-full'] as const;
export type SslMode = (typeof sslModes)[number];

/** The address of PostgreSQL and the login. */
export const database = {
  url: secret(
    'DATABASE_URL',
    databaseUrl,
    'URL of the PostgreSQL database, instead of the DB_ variables.',
  ),
  host: optional('DB_HOST', text, 'PostgreSQL host, or the directory of its Unix socket.'),
  port: variable('DB_PORT', integer(1, 65_535), 5432, 'PostgreSQL port.'),
  name: variable('DB_NAME', text, 'image_db', 'Name of the PostgreSQL database.'),
  user: optional('DB_USER', text, 'PostgreSQL user.'),
  password: secret('DB_PASSWORD', text, 'PostgreSQL password.'),
  auth: variable(
    'DB_AUTH',
    oneOf('password', 'iam'),
    'password',
    'How to log in: with `DB_PASSWORD` (`password`), or with AWS credentials and no password (`iam`).',
  ),
  ssl: optional(
    'DB_SSL',
    oneOf(...sslModes),
    'TLS mode for PostgreSQL, with the names of libpq’s sslmode. Defaults to `prefer`; `DB_AUTH=iam` always uses `verify-full`. Only `verify-full` checks the certificate.',
  ),
  sslRootCert: optional(
    'DB_SSL_ROOT_CERT',
    text,
    'PEM file of the certificate authorities that `verify-full` trusts. Defaults to those of Node and `NODE_EXTRA_CA_CERTS`, plus those of Amazon RDS for its hosts.',
  ),
  applicationRole: optional(
    'DB_APPLICATION_ROLE',
    text,
    'PostgreSQL role that `migrate` creates and grants access. It can only read and write the table `image_metadata`.',
  ),
};

function databaseUrl(value: string): string {
  if (/^postgres(ql)?:$/.test(URL.parse(value)?.protocol ?? '')) return value;
  throw new Error('postgresql://USER:PASSWORD@HOST:PORT/DATABASE');
}
