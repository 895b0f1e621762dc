import { InvalidArgumentError } from 'commander';
import { parseTime } from '../stats/index.ts';
import { UsageError } from './usage-error.ts';

/** Parses `--since`, an age or a time, to a moment. Throws `UsageError`. */
export function parseSince(since: string, nowMs = Date.now()): number {
  const sinceMs = parseTime(since, nowMs);
  if (sinceMs !== undefined && sinceMs < nowMs) return sinceMs;
  throw new UsageError(
    `Expected --since to be an age such as 24h or a time in the past such as 2026-01-31 but received "${since}".`,
  );
}

/** Parses `--rate`, in objects per second. */
export function parseRate(text: string): number {
  const rate = /^\d{1,6}(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (rate > 0) return rate;
  throw new InvalidArgumentError('Expected a number of objects per second, such as 200.');
}

/** Parses an integer option; `what` names the things it counts. */
export function integerParser(
  min: number,
  max: number,
  { what = 'a whole number', hint = '' } = {},
): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Expected ${what} from ${min} to ${max}${hint}.`);
  };
}

/** The bucket and prefix of `s3://BUCKET/PREFIX`. */
export function parsePlace(text: string): { bucket: string; prefix: string } {
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(text) ?? [];
  if (bucket) return { bucket, prefix };
  throw new InvalidArgumentError('Expected s3://BUCKET/PREFIX.');
}
