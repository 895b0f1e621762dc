import {
  EntryRejectedError,
  isServiceError,
  Rejected,
  schemaOutdated,
  Timeout,
  Unavailable,
} from '../pipeline/index.ts';

/** PostgreSQL does not accept a connection. */
class DatabaseUnreachableError extends Unavailable {
  override name = 'DatabaseUnreachableError';

  constructor(address: string, cause: Error) {
    super(
      `Expected PostgreSQL at ${address} to accept a connection but it does not (${reasonOf(cause)}). Check DATABASE_URL (or DB_HOST and DB_PORT), the network, and that the server is running.`,
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
class DatabaseTooSlowError extends Timeout {
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
      `Expected PostgreSQL at ${address} to present a valid certificate for this host from a trusted authority but received: ${reasonOf(cause)}. Set DB_SSL_ROOT_CERT to the PEM file of the authority that issued it, and connect to a host name that the certificate lists.`,
      {
        cause,
        code: 'DATABASE_NOT_TRUSTED',
        advice:
          'The certificate of the database is not trusted: check DB_HOST and DB_SSL_ROOT_CERT.',
      },
    );
  }
}

/** The server refuses the user, the password or the database name. */
export class DatabaseLoginError extends Rejected {
  override name = 'DatabaseLoginError';

  constructor(address: string, cause: Error, { as = '', check = passwordCheck } = {}) {
    super(
      `Expected to log in to PostgreSQL at ${address}${as} but received: ${cause.message}. Check ${check}.`,
      {
        cause,
        code: 'DATABASE_LOGIN_REFUSED',
        advice: `The database refuses the login: check ${check}.`,
      },
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

export const queryTimeoutMs = 6_000;

/** Translates a connection error for the caller; returns other errors unchanged. */
export function translateConnectionError(
  cause: unknown,
  {
    address,
    user,
    usesSignedToken,
  }: { address: string; user: string | undefined; usesSignedToken: boolean },
): unknown {
  if (!(cause instanceof Error)) return cause;
  if (untrustedCertificate.test(codeOf(cause))) return new DatabaseNotTrustedError(address, cause);
  if (isUnreachable(cause)) return new DatabaseUnreachableError(address, cause);
  const isRefused = refusedLogin.test(codeOf(cause));
  // A token that cannot be signed raises the SDK's error.
  if (usesSignedToken && (isRefused || cause.name === 'CredentialsProviderError')) {
    return new SignedLoginError(address, { user, cause });
  }
  return isRefused ? new DatabaseLoginError(address, cause) : cause;
}

/**
 * OpenSSL error codes, as Node names them.
 * https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const untrustedCertificate =
  /^(CERT_\w+|(UNABLE_TO|ERROR_IN|INVALID)_\w+|\w*SELF_SIGNED_CERT\w*|HOSTNAME_MISMATCH|ERR_TLS_CERT_ALTNAME_\w+)$/;

// SQLSTATEs: https://www.postgresql.org/docs/current/errcodes-appendix.html

/** 28: user or password; 3D000: no such database. */
const refusedLogin = /^(28...|3D000)$/;

/**
 * The server ends connections: 57P01 to 57P03 (shutdown, crash of another backend, still starting),
 * 57P05 (idle for too long) and class 08 (connection).
 */
const connectionEnded = /^(08...|57P0[1235])$/;

const unreachable =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|E(HOST|NET)UNREACH|ENOENT)$/;

function isUnreachable(error: Error): boolean {
  // The driver gives no code to its timeouts or to a closed socket.
  const isClosed = /timeout|^Connection terminated/i.test(error.message);
  return unreachable.test(codeOf(error)) || connectionEnded.test(codeOf(error)) || isClosed;
}

/** Whether the server's error means that the connection ends. */
export function isConnectionEnd(error: unknown): boolean {
  return connectionEnded.test(codeOf(error));
}

/** Translates a statement error for the caller; returns other driver errors unchanged. */
export function translateStatementError(cause: unknown, address: string): unknown {
  if (!(cause instanceof Error) || isServiceError(cause)) return cause;
  const state = sqlState(cause);
  // The first is the driver's timeout, which has no code; the second is the server's.
  if (cause.message === 'Query read timeout' || state === '57014') {
    return new DatabaseTooSlowError(address, cause);
  }
  // Missing table, or missing column as in the original system's table.
  if (/^42(P01|703)$/.test(state)) return new SchemaOutdatedError(cause);
  if (state === '42501') {
    return new MissingRightError(cause.message, { cause, advice: missingRightAdvice });
  }
  // No response, connection failure, read-only after a failover, conflict, resources, shutdown.
  if (/^($|08|25006|40|53|55|57)/.test(state)) {
    return new Unavailable(cause.message, { cause, advice: adviceByState[state] });
  }
  return cause;
}

const missingRightAdvice =
  'The database role may not read or write image_metadata: run `grayscale migrate` with DB_APPLICATION_ROLE set to this role.';

const adviceByState: Record<string, string> = {
  '25006': 'The database is read-only: connect to the primary server with DATABASE_URL or DB_HOST.',
  '53100': 'The disk of the database is full: free some space, or enlarge it.',
  '53200': 'The database has no memory left: give it more, or lower its number of connections.',
  '53300':
    'The database accepts no more connections: raise max_connections, or run fewer processes.',
};

/** Translates an insert error: 21 (a row twice), 22 (data), 23 (constraint), 54 (limits). */
export function translateInsertError(cause: unknown): unknown {
  return /^(21|22|23|54)/.test(sqlState(cause)) ? new EntryRejectedError({ cause }) : cause;
}

/** The server's error code; empty if the server did not send the error, for example EPIPE. */
function sqlState(error: unknown): string {
  const code = codeOf(error);
  return /^(?=.*\d)[0-9A-Z]{5}$/.test(code) ? code : '';
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** For a host with several addresses, the connection error has a code but no message. */
function reasonOf(cause: Error): string {
  return cause.message || codeOf(cause);
}

/** A time zone that this PostgreSQL does not know. */
export class UnknownTimeZoneError extends Error {
  override name = 'UnknownTimeZoneError';
}
