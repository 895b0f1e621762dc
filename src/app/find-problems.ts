import { type Config, collectProblems } from '../config/index.ts';
import { checkDatabase } from './open-postgres.ts';
import { checkQueue, queueKind } from './open-queue.ts';
import { checkBucket } from './open-server.ts';

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
