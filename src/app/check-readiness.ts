import {
  databaseUnreachableAdvice,
  MissingRightError,
  tableRemovedAdvice,
} from '../ledger/errors.ts';
import type { LedgerReader } from '../ledger/ledger-reader.ts';
import { isSchemaOutdated, isServiceError } from '../pipeline/index.ts';
import type { Log } from '../process/log.ts';
import { unlessAborted } from '../process/unless-aborted.ts';
import type { UploadQueue } from '../queue/upload-queue.ts';
import type { ObjectFiles } from '../storage/object-files.ts';
import { storeUnreachableAdvice } from '../storage/s3-problems.ts';

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
    database: check(
      connectionError && (adviceOf(connectionError) ?? databaseUnreachableAdvice),
      connectionError,
    ),
    migrations: check(
      connectionError ? unknownMigrations : migrationsProblem(rows.error, pending.value),
      schemaCause,
    ),
    store: check(store.error && (adviceOf(store.error) ?? storeUnreachableAdvice), store.error),
    ...(queue && {
      queue: check(queued.error && (adviceOf(queued.error) ?? queueSilent), queued.error),
    }),
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
  return isSchemaOutdated(error) || error instanceof MissingRightError;
}

const unknownMigrations = 'Not checked: the database is unavailable.';

function migrationsProblem(
  error: Error | undefined,
  pending: string[] | undefined,
): string | undefined {
  if (error instanceof MissingRightError) return error.advice;
  if (error !== undefined && isSchemaOutdated(error) && pending?.length === 0) {
    return tableRemovedAdvice;
  }
  const isMissing = error !== undefined || (pending !== undefined && pending.length > 0);
  return isMissing ? 'Migrations are missing: run `grayscale migrate`.' : undefined;
}

/** The error’s own advice; a check that timed out has none. */
function adviceOf(error: Error): string | undefined {
  return isServiceError(error) ? error.advice : undefined;
}

const queueSilent = 'The queue does not answer: check QUEUE_URL, or the database.';
