/** PostgreSQL does not accept a connection. Retryable. */
export class DatabaseUnreachableError extends Error {
  readonly code = 'DATABASE_UNREACHABLE';

  constructor(address: string, cause: Error) {
    super(
      `Expected PostgreSQL at ${address} to accept a connection but it does not (${reasonOf(cause)}). Check DATABASE_URL, or DB_HOST and DB_PORT, the network between, and that the server runs.`,
      { cause },
    );
    this.name = 'DatabaseUnreachableError';
  }
}

/**
 * The connection was lost while it was in use: the server restarted or crashed, an administrator ended
 * the backend, or the network failed. Whether the statement was carried out is unknown. Retryable.
 */
export class DatabaseConnectionLostError extends Error {
  readonly code = 'DATABASE_CONNECTION_LOST';

  constructor(address: string, cause: Error) {
    super(
      `The connection to PostgreSQL at ${address} was lost during a statement (${reasonOf(cause)}). Try again; if it happens often, see the log of PostgreSQL.`,
      { cause },
    );
    this.name = 'DatabaseConnectionLostError';
  }
}

/** A statement took longer than any caller waits. Retryable where the server was busy. */
export class DatabaseTooSlowError extends Error {
  readonly code = 'DATABASE_TOO_SLOW';

  constructor(address: string, { timeoutMs, cause }: { timeoutMs: number; cause: Error }) {
    super(
      `Expected PostgreSQL at ${address} to answer a query within ${timeoutMs / 1e3} s but it did not. Ask for a shorter time (since, until), or check what the server is busy with.`,
      { cause },
    );
    this.name = 'DatabaseTooSlowError';
  }
}

/** A signed login was refused, or could not be signed. Retryable: rights may be granted meanwhile. */
export class DatabaseLoginError extends Error {
  readonly code = 'DATABASE_LOGIN_REFUSED';

  constructor(address: string, { user, cause }: { user: string | undefined; cause: Error }) {
    super(
      `Expected to log in to PostgreSQL at ${address} as "${user}" with a signed token but received: ${cause.message}. Check that the role was granted rds_iam, that IAM allows rds-db:connect for it, and AWS_REGION.`,
      { cause },
    );
    this.name = 'DatabaseLoginError';
  }
}

/** With `verify-full`: the server's certificate is not of its host, or no trusted authority issued it. */
export class DatabaseNotTrustedError extends Error {
  readonly code = 'DATABASE_NOT_TRUSTED';

  constructor(address: string, cause: Error) {
    super(
      `Expected PostgreSQL at ${address} to present a valid certificate for this host from a trusted authority but received: ${reasonOf(cause)}. Set DB_SSL_ROOT_CERT to the PEM file of the authority that issued it, and connect to a host name that the certificate lists.`,
      { cause },
    );
    this.name = 'DatabaseNotTrustedError';
  }
}

const unreachable =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|E(HOST|NET)UNREACH|ENOENT)$/;

/**
 * The server ends connections: 57P01 to 57P03 (shutdown, crash of another backend, still starting) and
 * 57P05 (idle for too long), 08 (connection). https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const connectionEnded = /^(08...|57P0[1235])$/;

/** Whether a connection could not be opened for a reason that may pass. */
export function isUnreachable(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  // The driver gives neither its timeouts nor a socket that was closed a code.
  const isClosed = /timeout|^Connection terminated/i.test(error.message);
  return unreachable.test(code) || connectionEnded.test(code) || isClosed;
}

/** Whether the server said in its answer that the connection ends. */
export function isConnectionEnd(error: unknown): boolean {
  return connectionEnded.test(codeOf(error));
}

// SQLSTATEs of a login that is refused; a token that cannot be signed has the SDK's own error.
const refusedLogin = /^28(000|P01)$/;

export function isRefusedLogin(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return refusedLogin.test(codeOf(error)) || error.name === 'CredentialsProviderError';
}

/** OpenSSL's reasons, as Node names them. https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const notTrusted =
  /^(CERT_\w+|(UNABLE_TO|ERROR_IN|INVALID)_\w+|\w*SELF_SIGNED_CERT\w*|HOSTNAME_MISMATCH|ERR_TLS_CERT_ALTNAME_\w+)$/;

export function isNotTrusted(error: unknown): error is Error {
  return error instanceof Error && notTrusted.test(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** A name with several addresses fails with an error that has a code but no message. */
function reasonOf(cause: Error & { code?: unknown }): string {
  return cause.message || String(cause.code);
}
