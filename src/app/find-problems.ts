import { type Config, collectProblems } from '../config/index.ts';
import { checkApplicationRole, checkBucket, checkConfiguredBucket } from './check-settings.ts';
import { checkDatabase } from './open-postgres.ts';
import { checkQueue, queueKind } from './open-queue.ts';

/** Settings that the server lacks or that contradict each other, for `readConfig`. */
export function findServerProblems(config: Config): string[] {
  return collectProblems(
    () => checkBucket(config),
    () => checkDatabase(config),
    () => queueKind(config),
  );
}

/** The same for a worker. */
export function findWorkerProblems(config: Config): string[] {
  return collectProblems(
    () => checkDatabase(config),
    () => checkQueue(config),
  );
}

/** The same for a command that reads only the database. */
export function findDatabaseProblems(config: Config): string[] {
  return collectProblems(() => checkDatabase(config));
}

/** The same for the commands that count or move messages. */
export function findQueueProblems(config: Config): string[] {
  return collectProblems(
    () => checkQueue(config),
    () => queueKind(config) === 'postgres' && checkDatabase(config),
  );
}

/** The same for `migrate`. */
export function findMigrationProblems(config: Config): string[] {
  return collectProblems(
    () => checkDatabase(config),
    () => checkApplicationRole(config),
    () => queueKind(config),
  );
}

/** The same for a command that works on a bucket: the given one, or the configured one. */
export function findBucketProblems(config: Config, bucket = config.storage.bucket): string[] {
  return collectProblems(
    () => checkConfiguredBucket(config, bucket),
    () => checkDatabase(config),
    () => queueKind(config),
  );
}
