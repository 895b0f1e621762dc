import { integer, oneOf, optional, secret, text, variable } from './variable.ts';

/** How a connection to PostgreSQL is encrypted, named as libpq's `sslmode`. */
export const sslModes = ['disable', 'prefer', 'require', 'verify-full'] as const;
export type SslMode = (typeof sslModes)[number];

/** The address of PostgreSQL and the login. */
export const database = {
  url: secret('DATABASE_URL', databaseUrl, 'PostgreSQL as one URL, instead of the DB_ variables.'),
  host: optional('DB_HOST', text, 'PostgreSQL host, or the folder of its Unix socket.'),
  port: variable('DB_PORT', integer(1, 65_535), 5432, 'PostgreSQL port.'),
  name: variable('DB_NAME', text, 'image_db', 'PostgreSQL database.'),
  user: optional('DB_USER', text, 'PostgreSQL user.'),
  password: secret('DB_PASSWORD', text, 'PostgreSQL password.'),
  auth: variable(
    'DB_AUTH',
    oneOf('password', 'iam'),
    'password',
    'How to log in: with `DB_PASSWORD`, or as an IAM role of AWS (`iam`), which needs no secret.',
  ),
  ssl: optional(
    'DB_SSL',
    oneOf(...sslModes),
    'TLS to PostgreSQL, named as libpq’s sslmode; by default `prefer`, with `DB_AUTH=iam` always `verify-full`. Only `verify-full` checks the certificate.',
  ),
  sslRootCert: optional(
    'DB_SSL_ROOT_CERT',
    text,
    'PEM file of the authorities trusted to issue PostgreSQL’s certificate, with `verify-full`; by default those of Node and `NODE_EXTRA_CA_CERTS`, plus those of Amazon RDS for its hosts.',
  ),
  applicationRole: optional(
    'DB_APPLICATION_ROLE',
    text,
    'PostgreSQL role that `migrate` prepares: it may only read and write the table `image_metadata`.',
  ),
};

function databaseUrl(value: string): string {
  if (/^postgres(ql)?:$/.test(URL.parse(value)?.protocol ?? '')) return value;
  throw new Error('postgresql://USER:PASSWORD@HOST:PORT/DATABASE');
}
