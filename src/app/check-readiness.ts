import {
  DatabaseLoginError,
  DatabaseNotTrustedError,
  MissingRightError,
  SchemaOutdatedError,
} from '../ledger/errors.ts';
import type { LedgerReader } from '../ledger/ledger-reader.ts';
import type { Log } from '../process/log.ts';
import { unlessAborted } from '../process/unless-aborted.ts';
import { QueueNotMigratedError, QueueUnavailableError } from '../queue/queue-errors.ts';
import type { UploadQueue } from '../queue/upload-queue.ts';
import { AccessDeniedError, NoSuchBucketError, type ObjectFiles } from '../storage/object-files.ts';

/** Long enough for a database that is waking up, short enough for a probe. */
const checkTimeoutMs = 3_000;

export interface Check {
  ok: boolean;
  problem: string | null;
}

export interface Checks {
  database: Check;
  migrations: Check;
  store: Check;
  /** Only if a queue is configured. */
  queue?: Check;
}

/** What is checked. */
export interface ReadinessParts {
  pendingMigrations(): Promise<string[]>;
  reader: Pick<LedgerReader, 'newestChange'>;
  files: Pick<ObjectFiles, 'checkBucket'>;
  /** A worker serves all buckets if none is configured; then the store is not checked. */
  bucket?: string | undefined;
  queue?: Pick<UploadQueue, 'check'> | undefined;
}

/**
 * Checks whether database, schema, store and queue are usable, and says how to fix what is not. The
 * route is public, so addresses, names and driver messages go only to the log.
 */
export async function checkReadiness(
  { pendingMigrations, reader, files, bucket, queue }: ReadinessParts,
  log: Log,
): Promise<Checks> {
  const [pending, rows, store, queued] = await Promise.all([
    settleWithinTimeout(pendingMigrations()),
    settleWithinTimeout(reader.newestChange()),
    settleWithinTimeout(bucket === undefined ? Promise.resolve() : files.checkBucket(bucket)),
    settleWithinTimeout(queue === undefined ? Promise.resolve() : queue.check()),
  ]);
  const check = (problem: string | undefined, cause: unknown): Check => {
    if (problem === undefined) return { ok: true, problem: null };
    log('error', problem, { reason: reasonOf(cause) });
    return { ok: false, problem };
  };
  // A role may lack access to the list of migrations, and a database may lack the table. In both
  // cases the database did respond.
  const connectionError = [pending.error, rows.error].find(
    (error) => error && !isAboutSchema(error),
  );
  const schemaCause = connectionError ?? rows.error ?? pending.value;
  return {
    database: check(connectionError && databaseProblem(connectionError), connectionError),
    migrations: check(
      connectionError ? unknownMigrations : migrationsProblem(rows.error, pending.value ?? []),
      schemaCause,
    ),
    store: check(store.error && storeProblem(store.error), store.error),
    ...(queue && { queue: check(queued.error && queueProblem(queued.error), queued.error) }),
  };
}

async function settleWithinTimeout<Value>(
  work: Promise<Value>,
): Promise<{ value?: Value; error?: Error }> {
  try {
    return { value: await unlessAborted(AbortSignal.timeout(checkTimeoutMs), work) };
  } catch (error) {
    return { error: error as Error };
  }
}

function reasonOf(cause: unknown): string {
  if (cause instanceof Error) return cause.message || cause.name;
  return `Missing migrations: ${String(cause)}.`;
}

/** The table or column is missing, or the role may not read it. */
function isAboutSchema(error: Error): boolean {
  return error instanceof SchemaOutdatedError || error instanceof MissingRightError;
}

const unknownMigrations = 'Not checked: the database is unavailable.';

function migrationsProblem(error: Error | undefined, pending: string[]): string | undefined {
  if (error instanceof MissingRightError) {
    return 'The database role may not read image_metadata: run `grayscale migrate` with DB_APPLICATION_ROLE set to this role.';
  }
  const isMissing = error !== undefined || pending.length > 0;
  return isMissing ? 'Migrations are missing: run `grayscale migrate`.' : undefined;
}

function databaseProblem(error: Error): string {
  if (error instanceof DatabaseLoginError) {
    return 'The database refuses the login: check DATABASE_URL, or DB_USER, DB_PASSWORD and DB_NAME.';
  }
  if (error instanceof DatabaseNotTrustedError) {
    return 'The certificate of the database is not trusted: check DB_HOST and DB_SSL_ROOT_CERT.';
  }
  return 'The database does not answer: check that PostgreSQL is running, and check DATABASE_URL, or DB_HOST and DB_PORT.';
}

function queueProblem(error: Error): string {
  if (error instanceof QueueNotMigratedError) return error.message;
  if (error instanceof QueueUnavailableError) {
    return 'The queue does not answer: check QUEUE_URL, AWS_REGION, the credentials and the network.';
  }
  return 'The queue does not answer: check the database.';
}

function storeProblem(error: Error): string {
  if (error instanceof NoSuchBucketError) {
    return 'The bucket does not exist: create it, or set S3_BUCKET to an existing bucket.';
  }
  if (error instanceof AccessDeniedError) {
    return 'The store denies access to the bucket: check S3_BUCKET, and that the credentials may list the bucket.';
  }
  return 'The store does not answer: check AWS_ENDPOINT_URL, AWS_REGION and the network.';
}
