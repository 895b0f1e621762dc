import { type Config, collectProblems } from '../config/index.ts';
import { checkApplicationRole, checkBucket, checkConfiguredBucket } from './check-settings.ts';
import { checkDatabase } from './open-postgres.ts';
import { checkQueue, queueKind } from './open-queue.ts';

/** Missing and contradictory settings of the server, for `readConfig`. */
export function findServerProblems(config: Config): string[] {
  return collectProblems(
    () => checkBucket(config),
    () => checkDatabase(config),
    () => queueKind(config),
  );
}

/** Missing and contradictory settings of a worker. */
export function findWorkerProblems(config: Config): string[] {
  return collectProblems(
    () => checkDatabase(config),
    () => checkQueue(config),
  );
}

/** Missing and contradictory settings of a command that needs only the database. */
export function findDatabaseProblems(config: Config): string[] {
  return collectProblems(() => checkDatabase(config));
}

/** Missing and contradictory settings of commands that count or move messages. */
export function findQueueProblems(config: Config): string[] {
  return collectProblems(
    () => checkQueue(config),
    () => queueKind(config) === 'postgres' && checkDatabase(config),
  );
}

/** Missing and contradictory settings of `migrate`. */
export function findMigrationProblems(config: Config): string[] {
  return collectProblems(
    () => checkDatabase(config),
    () => checkApplicationRole(config),
    () => queueKind(config),
  );
}

/** Missing and contradictory settings of a command on the given or the configured bucket. */
export function findBucketProblems(config: Config, bucket = config.storage.bucket): string[] {
  return collectProblems(
    () => checkConfiguredBucket(config, bucket),
    () => checkDatabase(config),
    () => queueKind(config),
  );
}
