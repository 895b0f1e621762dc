import type { Postgres } from '../../src/ledger/connect.ts';
import { migrateQueue, queueSchema } from '../../src/queue/boss.ts';

/**
 * Creates the tables of the queue. Messages are retried sooner than in production, so that a run
 * does not wait a quarter of an hour for its last unreadable message.
 */
export async function prepareQueue(database: Postgres): Promise<void> {
  await migrateQueue(database);
  await database.query(
    `UPDATE ${queueSchema}.queue SET retry_limit = 9, retry_delay = 1, retry_delay_max = 20`,
  );
}
