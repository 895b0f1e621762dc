import { Rejected, schemaOutdated, Timeout, Unavailable } from '../pipeline/index.ts';

export const queryTimeoutMs = 6_000;

/** PostgreSQL does not accept a connection. */
export class DatabaseUnreachableError extends Unavailable {
  override name = 'DatabaseUnreachableError';

  constructor(address: string, cause: Error) {
    super(
      `Expected PostgreSQL at ${address} to accept a connection but it does not (${reasonOf(cause)}). ${databaseUnreachableAdvice}`,
      { cause, code: 'DATABASE_UNREACHABLE', advice: databaseUnreachableAdvice },
    );
  }
}

/**
 * The connection was lost during use: the server restarted or crashed, an administrator ended the
 * backend, or the network failed. Whether the statement was executed is unknown.
 */
export class DatabaseConnectionLostError extends Unavailable {
  override name = 'DatabaseConnectionLostError';

  constructor(address: string, cause: Error) {
    super(
      `The connection to PostgreSQL at ${address} was lost during a statement (${reasonOf(cause)}). Retry; if it happens often, see the PostgreSQL log.`,
      {
        cause,
        code: 'DATABASE_CONNECTION_LOST',
        advice:
          'The connection to the database was lost: try again; if it happens often, see the log of PostgreSQL.',
      },
    );
  }
}

/** The table is missing or lacks columns that this version needs. */
export class SchemaOutdatedError extends Unavailable {
  override name = 'SchemaOutdatedError';

  constructor(cause: Error) {
    super(
      `Expected the table image_metadata with its newest schema but ${cause.message}. Run \`npx grayscale migrate\`.`,
      { cause, code: schemaOutdated, advice: 'Migrations are missing: run `grayscale migrate`.' },
    );
  }
}

/** The list of migrations is complete, but their table is not there: `migrate` cannot help. */
export class TableRemovedError extends Rejected {
  override name = 'TableRemovedError';

  constructor() {
    super(`Expected the table image_metadata. ${tableRemovedAdvice}`, {
      code: schemaOutdated,
      advice: tableRemovedAdvice,
    });
  }
}

export const tableRemovedAdvice =
  'All migrations were applied, but image_metadata or a column is missing: restore it from a backup, or run `grayscale migrate` in an empty database.';

/** A statement took longer than its time limit. */
export class DatabaseTooSlowError extends Timeout {
  override name = 'DatabaseTooSlowError';

  constructor(address: string, cause: Error) {
    super(
      `Expected PostgreSQL at ${address} to answer a query within ${queryTimeoutMs / 1e3} s but it did not. Request a shorter time range (since, until), or check the load of the server.`,
      { cause, code: 'DATABASE_TOO_SLOW' },
    );
  }
}

/** With `verify-full`: the certificate is for another host or from an untrusted authority. */
export class DatabaseNotTrustedError extends Rejected {
  override name = 'DatabaseNotTrustedError';

  constructor(address: string, cause: Error) {
    super(
      `Expected PostgreSQL at ${address} to present a valid certificate for this host from a trusted authority but received: ${reasonOf(cause)}. ${notTrustedAdvice}`,
      { cause, code: 'DATABASE_NOT_TRUSTED', advice: notTrustedAdvice },
    );
  }
}

const notTrustedAdvice =
  'The certificate of the database is not trusted: set DB_SSL_ROOT_CERT to the PEM file of the authority that issued it, and connect to a host name that it lists.';

/** TLS is required, but the server has none. */
export class DatabaseWithoutTlsError extends Rejected {
  override name = 'DatabaseWithoutTlsError';

  constructor(address: string, cause: Error) {
    super(`Expected PostgreSQL at ${address} to support TLS but it does not. ${withoutTlsAdvice}`, {
      cause,
      code: 'DATABASE_NOT_TRUSTED',
      advice: withoutTlsAdvice,
    });
  }
}

const withoutTlsAdvice =
  'The database does not support TLS: enable it there, or set DB_SSL, or sslmode in DATABASE_URL, to disable.';

/** The server refuses the user, the password or the database name. */
export class DatabaseLoginError extends Rejected {
  override name = 'DatabaseLoginError';

  constructor(address: string, cause: Error, { as = '', check = passwordCheck } = {}) {
    const advice = `The database refuses the login: check ${check}.`;
    super(
      `Expected to log in to PostgreSQL at ${address}${as} but received: ${cause.message}. ${advice}`,
      { cause, code: 'DATABASE_LOGIN_REFUSED', advice },
    );
  }
}

export const databaseUnreachableAdvice =
  'The database does not answer: check that PostgreSQL is running, and check DATABASE_URL, or DB_HOST and DB_PORT.';

const passwordCheck = 'DATABASE_URL, or DB_USER, DB_PASSWORD and DB_NAME';

/** A signed login was refused or could not be signed. Retryable: rights may be granted later. */
export class SignedLoginError extends DatabaseLoginError {
  constructor(address: string, { user, cause }: { user: string | undefined; cause: Error }) {
    super(address, cause, {
      as: ` as "${user}" with a signed token`,
      check:
        'that the role was granted rds_iam, that IAM allows rds-db:connect for it, and AWS_REGION',
    });
  }
}

/** The role lacks a right that a statement needs. */
export class MissingRightError extends Rejected {
  override name = 'MissingRightError';
}

/** A time zone that this PostgreSQL does not know. */
export class UnknownTimeZoneError extends Error {
  override name = 'UnknownTimeZoneError';
}

/** The driver's or server's code of an error; empty if it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** For a host with several addresses, the connection error has a code but no message. */
function reasonOf(cause: Error): string {
  return cause.message || codeOf(cause);
}
