import { EntryRejectedError, isServiceError, Unavailable } from '../pipeline/index.ts';
import {
  codeOf,
  DatabaseLoginError,
  DatabaseNotTrustedError,
  DatabaseTooSlowError,
  DatabaseUnreachableError,
  DatabaseWithoutTlsError,
  MissingRightError,
  SchemaOutdatedError,
  SignedLoginError,
} from './errors.ts';

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
  if (cause.message === withoutTls) return new DatabaseWithoutTlsError(address, cause);
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

/** The driver's own error, without a code. */
const withoutTls = 'The server does not support SSL connections';

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
