import type { TimeWindow } from './ledger-sampler.ts';

const unitsMs = { s: 1e3, m: 60e3, h: 3_600e3, d: 86_400e3 };

/** Parses `15m`, `24h` or `7d` ago, or an ISO 8601 time or date, in UTC if it has no time zone. */
export function parseTime(text: string, nowMs: number): number | undefined {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count) return nowMs - Number(count) * unitsMs[unit as keyof typeof unitsMs];
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?)?$/.test(text)) {
    return undefined;
  }
  const hasZone = text.length === 10 || /(Z|[+-]\d{2}:\d{2})$/.test(text);
  const ms = Date.parse(hasZone ? text : `${text}Z`);
  return ms >= 0 ? ms : undefined;
}

/**
 * Parses `2026-01-01..2026-01-02`: the start is included, the end excluded; without an end, until
 * now.
 */
export function parseTimeRange(text: string, nowMs: number): TimeWindow | undefined {
  const [since = '', until, ...rest] = text.split('..');
  if (until === undefined || rest.length > 0) return undefined;
  const sinceMs = parseTime(since, nowMs);
  const untilMs = until === '' ? nowMs : parseTime(until, nowMs);
  if (sinceMs === undefined || untilMs === undefined || sinceMs >= untilMs) return undefined;
  return { sinceMs, untilMs };
}
