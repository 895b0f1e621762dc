import type { Log } from './log.ts';

/** Lines of one kind that a request may write: a body of a thousand records is no reason for a thousand lines. */
const maxLines = 10;

/** Logs the first as errors, a line each, and the number of the others in one. */
export function logSome(log: Log, message: string, all: Record<string, unknown>[]): void {
  for (const facts of all.slice(0, maxLines)) log('error', message, facts);
  const more = all.length - maxLines;
  if (more > 0) log('error', message, { more });
}
