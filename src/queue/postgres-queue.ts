import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobInsert, JobWithMetadata, PgBoss } from 'pg-boss';
import { isServiceError, type Upload } from '../pipeline/index.ts';
import {
  createBoss,
  deadLetterName,
  defaultSuperviseSeconds,
  leaseSeconds,
  type QueueDatabase,
  queueName,
  queueSchema,
} from './boss.ts';
import { messageOf } from './message-of.ts';
import { QueueNotMigratedError } from './queue-errors.ts';
import type { QueueCounts, QueueMessage, WorkQueue } from './upload-queue.ts';

/** Pause between two looks into an empty queue. */
const pollMs = 500;

type JobReceipt = Pick<JobWithMetadata, 'id' | 'retryCount'>;

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
      const receipts = receiptsOf(messages);
      const attempts = receipts.map(({ id, retryCount }) => `${id}:${retryCount}`);
      await database.query(releaseQuery, [queueName, receipts.map(({ id }) => id), attempts]);
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

const countsQuery = `
SELECT
  count(*) FILTER (WHERE name = $1 AND state IN ('created', 'retry'))::int AS waiting,
  count(*) FILTER (WHERE name = $1 AND state = 'active')::int AS "inFlight",
  count(*) FILTER (WHERE name = $2 AND state IN ('created', 'retry', 'active'))::int AS dead,
  coalesce(extract(epoch FROM now() - min(created_on)
    FILTER (WHERE name = $1 AND state IN ('created', 'retry'))), 0)::float8 AS "oldestSeconds"
FROM ${queueSchema}.job WHERE name IN ($1, $2) AND state < 'completed'`;

/**
 * One statement, as pg-boss has only `cancel` and `resume`: a process that ends in between would
 * leave the jobs cancelled. Being released is not a failed try. Only the given attempts are
 * released, as the lease may have ended.
 */
const releaseQuery = `
UPDATE ${queueSchema}.job SET state = 'retry', retry_limit = retry_limit + 1
WHERE name = $1 AND id = ANY($2::uuid[]) AND state = 'active'
  AND id || ':' || retry_count = ANY($3::text[])`;
