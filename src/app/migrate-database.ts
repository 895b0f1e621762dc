import { type Config, ConfigError } from '../config/index.ts';
import { openPostgres } from './open-postgres.ts';

/**
 * Migrates the configured database to the newest schema and prepares the application's role, if one
 * is configured. Returns the names of the migrations that were applied.
 */
export async function migrateDatabase({ storage, ...config }: Config): Promise<string[]> {
  const { applicationRole, user } = config.database;
  if (applicationRole !== undefined && applicationRole === user) {
    throw new ConfigError([
      `DB_APPLICATION_ROLE: expected a role other than DB_USER, which would lose its rights, but received "${applicationRole}"`,
    ]);
  }
  const postgres = await openPostgres(config);
  try {
    const { migrate } = await import('../ledger/migrate.ts');
    const applied = await migrate(postgres);
    if (applicationRole !== undefined) {
      const { prepareApplicationRole } = await import('../ledger/application-role.ts');
      const mayDelete = storage.onSourceDeleted === 'delete';
      await prepareApplicationRole(postgres, applicationRole, { mayDelete });
    }
    return applied;
  } finally {
    await postgres.close();
  }
}
