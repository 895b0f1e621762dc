import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type JobInsert, type JobWithMetadata, PgBoss } from 'pg-boss';
import { serviceErrors, type Upload } from '../pipeline/index.ts';
import { messageOf } from './message-of.ts';
import { QueueNotMigratedError } from './queue-errors.ts';
import {
  maxRetryDelaySeconds,
  maxTries,
  minRetryDelaySeconds,
  type QueueCounts,
  type QueueMessage,
  type WorkQueue,
} from './upload-queue.ts';

/** The statements of a PostgreSQL client that throws `Unavailable`, `Timeout` or `Rejected`. */
export interface QueueDatabase {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** The schema that holds the queue; the tables are those of pg-boss. */
export const queueSchema = 'grayscale_queue';
const queueName = 'uploads';
const deadLetterName = 'uploads-dead';

/** A worker that renews no lease for so long is dead, and its jobs return. */
const leaseSeconds = 40;
/** How often workers look for expired leases. */
const defaultSuperviseSeconds = 20;
/** How often workers remove settled jobs. */
const maintenanceSeconds = 300;
/** Pause between two looks into an empty queue. */
const pollMs = 500;
const week = 7 * 86_400;

const queueOptions = {
  retryLimit: maxTries - 1,
  retryDelay: minRetryDelaySeconds,
  retryBackoff: true,
  retryDelayMax: maxRetryDelaySeconds,
  heartbeatSeconds: leaseSeconds,
  // A worker that is alive renews its leases; images have a time limit of their own.
  expireInSeconds: 3_600,
  // The ledger keeps the outcome.
  deleteAfterSeconds: 60,
  retentionSeconds: 26 * week,
  deadLetter: deadLetterName,
};

type JobReceipt = Pick<JobWithMetadata, 'id' | 'retryCount'>;

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

interface PostgresQueueOptions {
  /** Whether this process looks for expired leases and removes old jobs. Every worker should. */
  isWorker?: boolean;
  superviseSeconds?: number;
  /** Receives faults of the maintenance in the background, which goes on afterwards. */
  onError?: (error: Error) => void;
}

/**
 * Opens the queue in the application’s database. Connects on first use, and again after a failure.
 * Throws {@link QueueNotMigratedError} if the tables are missing.
 */
export function createPostgresQueue(
  database: QueueDatabase,
  {
    isWorker = false,
    superviseSeconds = defaultSuperviseSeconds,
    onError = () => {},
  }: PostgresQueueOptions = {},
): WorkQueue<JobReceipt> {
  let starting: Promise<PgBoss> | undefined;

  async function start(): Promise<PgBoss> {
    const boss = createBoss(database, { supervise: isWorker, superviseSeconds });
    boss.on('error', onError);
    try {
      if (!(await boss.isInstalled())) throw new QueueNotMigratedError();
      await boss.start();
      return boss;
    } catch (error) {
      await boss.stop({ graceful: false });
      // What is not the database's error is the check of the tables' version.
      throw isServiceError(error) ? error : new QueueNotMigratedError({ cause: error });
    }
  }

  async function open(): Promise<PgBoss> {
    starting ??= start();
    try {
      return await starting;
    } catch (error) {
      starting = undefined;
      throw error;
    }
  }

  async function insert(jobs: JobInsert[]): Promise<void> {
    const boss = await open();
    if (jobs.length > 0) await boss.insert(queueName, jobs);
  }

  return {
    extendIntervalMs: (leaseSeconds / 3) * 1e3,
    send: (uploads) => insert(uploads.map((upload) => ({ data: JSON.parse(messageOf(upload)) }))),
    // Jobs with an existing ID are not inserted.
    sendMissing: (uploads) =>
      insert(
        uploads.map((upload) => ({ id: contentIdOf(upload), data: JSON.parse(messageOf(upload)) })),
      ),
    async check() {
      await (await open()).getQueue(queueName);
    },
    async readCounts(): Promise<QueueCounts> {
      await open();
      const { rows } = await database.query(countsQuery, [queueName, deadLetterName]);
      return rows[0] as QueueCounts;
    },
    async redrive() {
      const boss = await open();
      let moved = 0;
      for (;;) {
        const count = await boss.redrive(deadLetterName);
        moved += count;
        if (count === 0) return moved;
      }
    },
    async receive(max, signal) {
      const boss = await open();
      const jobs = await boss.fetch<object>(queueName, { batchSize: max, includeMetadata: true });
      if (jobs.length === 0) await sleep(pollMs, undefined, { signal }).catch(() => {});
      return jobs.map(({ id, data, retryCount }) => ({
        ...{ body: data, earlierTries: retryCount, receipt: { id, retryCount } },
      }));
    },
    async complete(messages) {
      await (await open()).complete(queueName, receiptsOf(messages));
    },
    async retry(messages, reason) {
      await (await open()).fail(queueName, receiptsOf(messages), { message: reason });
    },
    async release(messages) {
      const boss = await open();
      const { settled = [] } = (await boss.cancel(queueName, receiptsOf(messages))) as {
        settled?: string[];
      };
      if (settled.length > 0) await boss.resume(queueName, settled);
    },
    async extend(messages) {
      await (await open()).touch(queueName, receiptsOf(messages));
    },
    async close() {
      const boss = await starting?.catch(() => undefined);
      await boss?.stop({ graceful: false });
    },
  };
}

function createBoss(
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

/** A UUID of version 8, computed from the content that an upload names. */
function contentIdOf({ bucket, key, versionId, etag }: Upload): string {
  const content = JSON.stringify([bucket, key, versionId ?? null, etag ?? null]);
  const bytes = createHash('sha256').update(content).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function receiptsOf(messages: QueueMessage<JobReceipt>[]): JobReceipt[] {
  return messages.map(({ receipt }) => receipt);
}

function isServiceError(error: unknown): boolean {
  return Object.values(serviceErrors).some((kind) => error instanceof kind);
}

const countsQuery = `
SELECT
  count(*) FILTER (WHERE name = $1 AND state IN ('created', 'retry'))::int AS waiting,
  count(*) FILTER (WHERE name = $1 AND state = 'active')::int AS "inFlight",
  count(*) FILTER (WHERE name = $2 AND state IN ('created', 'retry', 'active'))::int AS dead,
  coalesce(extract(epoch FROM now() - min(created_on)
    FILTER (WHERE name = $1 AND state IN ('created', 'retry'))), 0)::float8 AS "oldestSeconds"
FROM ${queueSchema}.job WHERE name IN ($1, $2) AND state < 'completed'`;
