import { type Outcome, type Stage, stages } from '../pipeline/index.ts';
import { printable } from '../process/terminal.ts';

/** What a log line of the function says about an image. */
export interface LoggedOutcome {
  status: Outcome['status'];
  key: string;
  outputKey?: string;
  code?: string;
  reason?: string;
  stagesMs: Partial<Record<Stage, number>>;
}

/** Reads the function's log, as a user would in CloudWatch. */
export interface LogReader {
  read(line: string): void;
  /** Returns the newest line about a key. */
  find(key: string): LoggedOutcome | undefined;
  /** From now on, prints each image's line as text. */
  follow(): void;
}

const outcomeWords = new Set(['converted', 'failed', 'skipped']);

export function createLogReader(print: (line: string) => void): LogReader {
  const newest = new Map<string, LoggedOutcome>();
  let isFollowing = false;

  return {
    read(line) {
      const entry = parse(line);
      const outcome = readOutcome(line);
      if (!entry) print(printable(line));
      else if (outcome) {
        newest.set(outcome.key, outcome);
        if (isFollowing) print(printable(describe(outcome)));
      } else if (entry.level === 'ERROR') {
        print(printable(describeError(entry)));
      }
    },
    find: (key) => newest.get(key),
    follow() {
      isFollowing = true;
    },
  };
}

/** Parses the outcome from a log line; undefined for any other line. */
export function readOutcome(line: string): LoggedOutcome | undefined {
  const entry = parse(line);
  if (!entry || !outcomeWords.has(String(entry.message))) return undefined;
  return { ...entry, status: entry.message } as unknown as LoggedOutcome;
}

/** Formats a table of outcomes, with the milliseconds of each stage. */
export function outcomeTable(outcomes: LoggedOutcome[]): string {
  const head = ['upload', 'outcome', 'output', ...stages.map((stage) => `${stage} ms`)];
  const rows = outcomes.map(({ key, status, outputKey, code, stagesMs }) => [
    printable(key),
    status,
    printable(outputKey ?? code ?? ''),
    ...stages.map((stage) => (stagesMs[stage] ?? 0).toFixed(1)),
  ]);
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length)),
  );
  return [head, ...rows]
    .map((row) => row.map((cell, column) => pad(cell, widths[column] ?? 0, column)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Aligns text left and numbers right. */
function pad(cell: string, width: number, column: number): string {
  return column < 3 ? cell.padEnd(width) : cell.padStart(width);
}

function describe({ status, key, outputKey, code, reason, stagesMs }: LoggedOutcome): string {
  const totalMs = Object.values(stagesMs).reduce((sum, ms) => sum + ms, 0);
  const result = outputKey ? `-> ${outputKey}  ${totalMs.toFixed(0)} ms` : `${code}: ${reason}`;
  return `${status.padEnd(9)}  ${key}  ${result}`;
}

/**
 * Describes an upload to be redelivered or a record that is set aside; other lines stay as logged.
 */
function describeError({ message, key, reason, error, ...rest }: Record<string, unknown>): string {
  const cause = reason ?? (error as { message?: string } | undefined)?.message;
  if (typeof message !== 'string' || cause === undefined) {
    return JSON.stringify({ message, ...rest });
  }
  return `${message.padEnd(9)}  ${key ?? 'a record'}  ${cause}`;
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return value !== null && typeof value === 'object' ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
