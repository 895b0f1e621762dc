import type { Config } from '../config/index.ts';
import { printableJson } from './terminal.ts';

type Level = 'info' | 'warn' | 'error';

/** Writes log lines for the operator. */
export type Log = (level: Level, message: string, fields?: Record<string, unknown>) => void;

const ranks = { DEBUG: 0, INFO: 1, WARN: 2, ERROR: 3, SILENT: 4 } as const;

/** Writes one line of JSON per entry, in the format of the function's log. */
export function createLog(
  { logging }: Pick<Config, 'logging'>,
  write: (line: string) => void,
): Log {
  return (level, message, fields = {}) => {
    const name = level.toUpperCase() as Uppercase<Level>;
    if (ranks[name] < ranks[logging.level]) return;
    const timestamp = new Date().toISOString();
    write(printableJson({ level: name, message, timestamp, ...fields }));
  };
}
