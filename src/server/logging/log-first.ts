import type { Log } from '../../process/log.ts';

/** Max log lines of one kind per request, which may contain a thousand records. */
const maxLines = 10;

/** Logs the first entries as errors, one line each, and then the number of omitted entries. */
export function logFirst(log: Log, message: string, all: Record<string, unknown>[]): void {
  for (const fields of all.slice(0, maxLines)) log('error', message, fields);
  const more = all.length - maxLines;
  if (more > 0) log('error', message, { more });
}
