import type { Config } from '../config/index.ts';
import type { Postgres } from '../ledger/connect.ts';
import type { MigrateOptions } from '../ledger/migrate.ts';
import { checkApplicationRole } from './check-settings.ts';
import { openPostgres } from './open-postgres.ts';
import { queueKind } from './open-queue.ts';

/**
 * Migrates the configured database to the newest schema, with the tables of the queue if it is in
 * the database, and prepares the application's role, if one is configured. Returns the names of the migrations that were applied.
 */
export async function migrateDatabase(
  { storage, ...config }: Config,
  options: MigrateOptions = {},
): Promise<string[]> {
  const { applicationRole } = config.database;
  checkApplicationRole(config);
  const isQueueInDatabase = queueKind(config) === 'postgres';
  const postgres = await openPostgres(config);
  try {
    const { migrate } = await import('../ledger/migrate.ts');
    const applied = await migrate(postgres, options);
    const queueSchema = isQueueInDatabase ? await createQueueSchema(postgres) : undefined;
    if (applicationRole !== undefined) {
      const { prepareApplicationRole } = await import('../ledger/application-role.ts');
      const mayDelete = storage.onSourceDeleted === 'delete';
      await prepareApplicationRole(postgres, applicationRole, { mayDelete, queueSchema });
    }
    return applied;
  } finally {
    await postgres.close();
  }
}

/** Creates or upgrades the tables of the queue, without a time limit. Returns their schema. */
async function createQueueSchema(postgres: Postgres): Promise<string> {
  const { migrateQueue, queueSchema } = await import('../queue/boss.ts');
  await postgres.session((client) =>
    migrateQueue({ query: (text, values) => client.query(text, values) }),
  );
  return queueSchema;
}
