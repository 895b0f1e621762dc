import type { Context } from 'aws-lambda';
import { explainStart } from './wrong-platform.ts';

// A fault that no code handled: a line like all others, then the runtime reports it and exits.
process.on('uncaughtExceptionMonitor', ({ message, stack }) => {
  const timestamp = new Date().toISOString();
  const line = { level: 'ERROR', message: 'internal error', timestamp, reason: message, stack };
  console.error(JSON.stringify(line));
});

/** The function as it is packaged. A package made for another processor says so in one sentence. */
export const { handler } = await import('./handler.ts').catch(explainStart);

/** The other function in the package: its migrations. */
export async function migrate(event: unknown, context: Context): Promise<unknown> {
  const migrations = await import('./migrate-handler.ts');
  return await migrations.handler(event, context);
}
