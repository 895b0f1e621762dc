import type { Context } from 'aws-lambda';
import { checkPlatform, explainStart } from './wrong-platform.ts';

// Logs an unhandled error like any other line; then the runtime reports it and exits.
process.on('uncaughtExceptionMonitor', ({ message, stack }) => {
  const timestamp = new Date().toISOString();
  const line = { level: 'ERROR', message: 'internal error', timestamp, reason: message, stack };
  console.error(JSON.stringify(line));
});

/** The packaged function. A package for another processor fails with a one-sentence error. */
export const { handler } = await checkPlatform()
  .then(() => import('./handler.ts'))
  .catch(explainStart);

/** The second function in the package: the migrations. */
export async function migrate(event: unknown, context: Context): Promise<unknown> {
  const migrations = await import('./migrate-handler.ts');
  return await migrations.handler(event, context);
}
