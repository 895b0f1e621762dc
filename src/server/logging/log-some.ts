import type { Log } from './log.ts';

/**
 * Max log lines of one kind per request, so that a body of a thousand records does not log as many
 * lines.
 */
const maxLines = 10;

/** Logs the first entries as errors, one line each, and the number of the others on one line. */
export function logSome(log: Log, message: string, all: Record<string, unknown>[]): void {
  for (const fields of all.slice(0, maxLines)) log('error', message, fields);
  const more = all.length - maxLines;
  if (more > 0) log('error', message, { more });
}
