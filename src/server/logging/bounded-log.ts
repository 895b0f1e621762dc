import type { Log } from '../../process/log.ts';

/**
 * Limits the lines that a client can cause without a token, so that a flood cannot fill the disk.
 * Writes `maxLines` per message and window, and only counts further ones.
 */
export function createBoundedLog(log: Log, { maxLines = 20, windowMs = 60_000 } = {}): Log {
  const lines = new Map<string, number>();

  function endWindow() {
    for (const [message, count] of lines) {
      const omitted = count - maxLines;
      if (omitted > 0) log('warn', `${message}: lines omitted`, { count: omitted });
    }
    lines.clear();
  }

  return (level, message, fields) => {
    if (lines.size === 0) setTimeout(endWindow, windowMs).unref();
    const count = (lines.get(message) ?? 0) + 1;
    lines.set(message, count);
    if (count <= maxLines) log(level, message, fields);
  };
}
