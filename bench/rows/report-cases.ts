import type { ReportRequest } from '../../src/server/reports/make-report.ts';

export interface ReportCase {
  name: string;
  request: (nowMs: number) => ReportRequest;
}

const dayMs = 86_400_000;
const last = (days: number, nowMs: number) => ({ sinceMs: nowMs - days * dayMs, untilMs: nowMs });

export const reportCases: ReportCase[] = [
  {
    name: 'stats of a day, by stage',
    request: (nowMs) => ({ name: 'stats', by: 'stage', window: last(1, nowMs) }),
  },
  {
    name: 'stats of a day, by version',
    request: (nowMs) => ({ name: 'stats', by: 'version', window: last(1, nowMs) }),
  },
  {
    name: 'stats of an hour',
    request: (nowMs) => ({ name: 'stats', by: 'stage', window: last(1 / 24, nowMs) }),
  },
  {
    name: 'stats of all',
    request: (nowMs) => ({ name: 'stats', by: 'stage', window: last(61, nowMs) }),
  },
  {
    name: 'timeline of a day',
    request: (nowMs) => ({ name: 'timeline', buckets: 60, window: last(1, nowMs) }),
  },
  {
    name: 'distribution of a day',
    request: (nowMs) => ({ name: 'distribution', window: last(1, nowMs) }),
  },
  {
    name: 'compare two versions of a month',
    request: (nowMs) => comparison(nowMs, '0.5.0', '0.6.0'),
  },
  {
    name: 'compare two days',
    request: (nowMs) => comparison(nowMs, '48h..24h', '24h..0h'),
  },
];

function comparison(nowMs: number, baseline: string, candidate: string): ReportRequest {
  return { name: 'compare', window: last(30, nowMs), baseline, candidate, tolerance: 0.05 };
}
