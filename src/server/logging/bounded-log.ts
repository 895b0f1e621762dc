import type { Log } from './log.ts';

export interface BoundedLogOptions {
  /** Lines of one message within one window; the rest are counted. */
  maxLines?: number;
  windowMs?: number;
}

/** For lines that a client can cause without a token: a flood of them must not fill the disk. */
export function createBoundedLog(
  log: Log,
  { maxLines = 20, windowMs = 60_000 }: BoundedLogOptions = {},
): Log {
  const lines = new Map<string, number>();

  function endWindow() {
    for (const [message, count] of lines) {
      const omitted = count - maxLines;
      if (omitted > 0) log('warn', `${message}: lines omitted`, { count: omitted });
    }
    lines.clear();
  }

  return (level, message, facts) => {
    if (lines.size === 0) setTimeout(endWindow, windowMs).unref();
    const count = (lines.get(message) ?? 0) + 1;
    lines.set(message, count);
    if (count <= maxLines) log(level, message, facts);
  };
}
