import { PgBoss } from 'pg-boss';
import { maxRetryDelaySeconds, maxTries, minRetryDelaySeconds } from './upload-queue.ts';

/** The statements of a PostgreSQL client that throws `Unavailable`, `Timeout` or `Rejected`. */
export interface QueueDatabase {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** The schema that holds the queue; the tables are those of pg-boss. */
export const queueSchema = 'grayscale_queue';
export const queueName = 'uploads';
export const deadLetterName = 'uploads-dead';

/** A worker that renews no lease for so long is dead, and its jobs return. */
export const leaseSeconds = 40;
/** How often workers look for expired leases. */
export const defaultSuperviseSeconds = 20;
/** How often workers remove settled jobs. */
const maintenanceSeconds = 300;
const week = 7 * 86_400;

const queueOptions = {
  retryLimit: maxTries - 1,
  retryDelay: minRetryDelaySeconds,
  retryBackoff: true,
  retryDelayMax: maxRetryDelaySeconds,
  heartbeatSeconds: leaseSeconds,
  // A worker that is alive renews its leases; images have their own time limit.
  expireInSeconds: 3_600,
  // The ledger keeps the outcome.
  deleteAfterSeconds: 60,
  retentionSeconds: 26 * week,
  deadLetter: deadLetterName,
};

/** Creates or upgrades the queue’s tables. Needs the right to create a schema. */
export async function migrateQueue(database: QueueDatabase): Promise<void> {
  const boss = createBoss(database, { migrate: true });
  await boss.start();
  try {
    await boss.createQueue(deadLetterName, { retentionSeconds: 52 * week });
    await boss.createQueue(queueName, queueOptions);
    // An existing queue keeps its old options otherwise.
    await boss.updateQueue(queueName, queueOptions);
  } finally {
    await boss.stop({ graceful: false });
  }
}

/** pg-boss on the application’s connections. Its faults are ignored unless a listener is added. */
export function createBoss(
  database: QueueDatabase,
  {
    migrate = false,
    supervise = false,
    superviseSeconds = defaultSuperviseSeconds,
  }: { migrate?: boolean; supervise?: boolean; superviseSeconds?: number },
): PgBoss {
  const boss = new PgBoss({
    db: {
      // The driver returns several results for several statements, as pg-boss expects.
      executeSql: (text, values) => database.query(text, values) as Promise<{ rows: never[] }>,
    },
    ...{ schema: queueSchema, migrate, createSchema: migrate, supervise, schedule: false },
    ...{ superviseIntervalSeconds: superviseSeconds, monitorIntervalSeconds: superviseSeconds },
    maintenanceIntervalSeconds: maintenanceSeconds,
    // Only the owner of the tables may.
    ...{ reindex: false, registerInstance: false },
    openTelemetry: { enabled: false },
  });
  boss.on('error', () => {});
  return boss;
}
