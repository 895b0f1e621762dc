import { Logger } from '@aws-lambda-powertools/logger';
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { migrateDatabase } from '../app/migrate-database.ts';
import { readConfig } from '../config/index.ts';
import { answerCloudFormation, isCustomResource } from './cloudformation.ts';
import { retryUntilReachable } from './retry-until-reachable.ts';

/**
 * Brings the database to the newest schema and prepares the application's role. Runs when
 * CloudFormation creates or changes the resource that represents the schema, or when someone
 * invokes it with `{}`.
 *
 * CloudFormation waits an hour for a missing response, so it always gets one. Other callers get the
 * error.
 */
export async function handler(event: unknown, context: Context): Promise<{ applied: string[] }> {
  if (!isCustomResource(event)) return { applied: await migrate(context) };
  const { applied, failure } = await settle(event, context);
  await answerCloudFormation(event, { failure, data: { Applied: applied.join(', ') } });
  return { applied };
}

async function settle(
  event: CloudFormationCustomResourceEvent,
  context: Context,
): Promise<{ applied: string[]; failure?: Error }> {
  // The schema outlives the stack: its rows describe the objects in the bucket.
  if (event.RequestType === 'Delete') return { applied: [] };
  try {
    return { applied: await migrate(context) };
  } catch (error) {
    createLogger().error('migration failed', error as Error);
    return { applied: [], failure: error as Error };
  }
}

/** Time reserved for the response. */
const reserveMs = 15_000;

async function migrate(context: Context): Promise<string[]> {
  const timeoutMs = context.getRemainingTimeInMillis() - reserveMs;
  const applied = await retryUntilReachable(() => migrateDatabase(readConfig()), { timeoutMs });
  createLogger().info('migrated', { applied });
  return applied;
}

function createLogger(): Logger {
  return new Logger({ serviceName: 'grayscale-migrations' });
}
